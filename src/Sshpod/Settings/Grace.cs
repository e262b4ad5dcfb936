namespace Sshpod.Settings;

/// <summary>
/// How long a connection that has lost its stream waits to be resumed. Both ends count it: the container's may be the only one that is
/// awake.
/// </summary>
public static class Grace
{
    /// <summary>The longest that the server grants.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>Where somebody sits at a terminal: a night with the laptop closed.</summary>
    public static readonly TimeSpan AtTerminal = TimeSpan.FromHours(24);

    /// <summary>Where a program runs ssh. VS Code's own server gives up after the same time (its ReconnectionGraceTime).</summary>
    public static readonly TimeSpan ForProgram = TimeSpan.FromHours(3);

    /// <summary>Where <c>CI</c> is set: a job that hangs for hours costs more than one that fails.</summary>
    public static readonly TimeSpan InContinuousIntegration = TimeSpan.FromMinutes(2);

    /// <summary>The accepted form, for messages.</summary>
    internal const string Form = $"{Period.Form}, at most 168h";

    /// <summary>Parses a grace.</summary>
    /// <returns>Null if it is something else, or longer than <see cref="Longest"/>.</returns>
    public static TimeSpan? Parse(string text) => Period.Parse(text) is { } time && time <= Longest ? time : null;

    /// <summary>The grace if the user has not set one.</summary>
    /// <param name="hasTerminal">Whether the process has a controlling terminal.</param>
    /// <param name="ci">The value of <c>CI</c>, which hosts of continuous integration set.</param>
    public static TimeSpan Usual(bool hasTerminal, string? ci) =>
        !string.IsNullOrEmpty(ci) ? InContinuousIntegration : hasTerminal ? AtTerminal : ForProgram;
}
