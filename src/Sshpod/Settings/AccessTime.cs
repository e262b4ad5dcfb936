namespace Sshpod.Settings;

/// <summary>
/// How long a key that a connection has brought into a container may log in there. Only an exec brings a key, so a user who loses the right
/// to exec is locked out after this time.
/// </summary>
/// <param name="Limit">The time.</param>
/// <param name="EveryConnection">Whether each connection goes through exec: then the time only covers one login.</param>
public sealed record AccessTime(TimeSpan Limit, bool EveryConnection = false)
{
    /// <summary>The accepted form, for messages.</summary>
    internal const string Form = $"\"{Word}\", or a time of a minute or more such as 90s, 10m or 24h";

    private const string Word = "every-connection";

    // The server ends a login that takes more than 30 s (sshd/overrides/sshd.c). A key must outlive it.
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1), LongestLogin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LongestMargin = TimeSpan.FromMinutes(5);

    /// <summary>Parses an access time.</summary>
    /// <returns>Null if it is something else, or too short for a login.</returns>
    public static AccessTime? Parse(string text) =>
        text == Word ? new AccessTime(Shortest, EveryConnection: true)
        : Period.Parse(text) is { } time && time >= Shortest ? new AccessTime(time)
        : null;

    /// <summary>
    /// When to renew the access that an exec brought: early enough that a login that begins before then finishes before the access expires.
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
