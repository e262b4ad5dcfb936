namespace Sshpod.Settings;

/// <summary>
/// How long a key that a connection brings into a container may log in there. Only an exec brings a key, so who loses the right to exec is
/// out after this time.
/// </summary>
/// <param name="Limit">The time.</param>
/// <param name="EveryConnection">Whether each connection passes through exec: then the time is only that for one login.</param>
public sealed record AccessTime(TimeSpan Limit, bool EveryConnection = false)
{
    /// <summary>What can be written, for messages.</summary>
    internal const string Form = $"\"{Word}\", or a time of a minute or more such as 90s, 10m or 24h";

    private const string Word = "every-connection";

    // The server ends a login that takes more than 30 s (sshd/overrides/sshd.c). A key must outlive it.
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1), LongestLogin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    /// <summary>Parses it.</summary>
    /// <returns>Null when it is something else, or too short for a login.</returns>
    public static AccessTime? Parse(string text) =>
        text == Word ? new AccessTime(Shortest, EveryConnection: true)
        : Period.Parse(text) is { } time && time >= Shortest ? new AccessTime(time)
        : null;

    /// <summary>
    /// When access that an exec brought is to be renewed: early enough that a login which begins before then does not meet its end.
    /// </summary>
    /// <param name="since">When the exec began.</param>
    /// <param name="limit">What it asked for.</param>
    public DateTimeOffset RenewalOf(DateTimeOffset since, TimeSpan limit)
    {
        if (EveryConnection)
            return since;
        var time = limit < Limit ? limit : Limit;
        var margin = TimeSpan.FromTicks(Math.Clamp(time.Ticks / 10, LongestLogin.Ticks, LongestMargin.Ticks));
        return since + time - margin;
    }
}
