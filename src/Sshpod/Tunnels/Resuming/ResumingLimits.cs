namespace Sshpod.Tunnels.Resuming;

/// <summary>How long a resumable connection waits for something, and how much it keeps.</summary>
internal static class ResumingLimits
{
    /// <summary>
    /// What either side takes without having handed it on, in bytes. OpenSSH's own windows are not larger, so ours is never in the way.
    /// </summary>
    public const int Window = 2 * 1024 * 1024;

    /// <summary>What every server takes, before it has said how much.</summary>
    public const int FirstWindow = 256 * 1024;

    /// <summary>An attachment that ends because of the protocol: so many in a row without progress end the connection.</summary>
    public const int Violations = 3;

    /// <summary>So many attachments in a row may break without an answer; after more, the container is asked where the server is.</summary>
    public const int Unanswered = 1;

    /// <summary>How many dead connections one connection ends: the server keeps no more.</summary>
    public const int Abandoned = 32;

    /// <summary>From the last byte received to a PING.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>The same while the server has not acknowledged something: it may only be busy.</summary>
    public static readonly TimeSpan BusySilence = TimeSpan.FromSeconds(5);

    /// <summary>For any byte after a PING, or after the first byte that is not acknowledged.</summary>
    public static readonly TimeSpan Dead = TimeSpan.FromSeconds(10);

    /// <summary>The same after a hint, such as a wake-up: VS Code gives its connection up three seconds after one.</summary>
    public static readonly TimeSpan DeadAfterHint = TimeSpan.FromSeconds(2.5);

    /// <summary>Between two looks at the connection.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>A look that comes so late means that the machine or the process has slept.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromSeconds(5);

    /// <summary>From the first byte handed on to its acknowledgement.</summary>
    public static readonly TimeSpan Acknowledgement = TimeSpan.FromMilliseconds(500);

    /// <summary>For an empty buffer to be freed.</summary>
    public static readonly TimeSpan EmptyBuffer = TimeSpan.FromSeconds(5);

    /// <summary>For the answer to NEW or RESUME.</summary>
    public static readonly TimeSpan Answer = TimeSpan.FromSeconds(5);

    /// <summary>For the holder to close after BYE: a WebSocket that we close first loses its last message.</summary>
    public static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>For one attempt to come back and say that ssh has ended.</summary>
    public static readonly TimeSpan LastAttempt = TimeSpan.FromSeconds(2);

    /// <summary>Before the attempts; then <see cref="UsualPause"/>, and after <see cref="LongOutage"/> <see cref="LongPause"/>.</summary>
    public static readonly IReadOnlyList<TimeSpan> Pauses =
        [.. new[] { 0, 0.2, 0.3, 0.5, 1, 2, 4 }.Select(TimeSpan.FromSeconds)];

    /// <summary>Between attempts, once the quick ones are over.</summary>
    public static readonly TimeSpan UsualPause = TimeSpan.FromSeconds(15);

    /// <summary>Between attempts in a long outage.</summary>
    public static readonly TimeSpan LongPause = TimeSpan.FromSeconds(60);

    /// <summary>From when on an outage is long.</summary>
    public static readonly TimeSpan LongOutage = TimeSpan.FromMinutes(30);

    /// <summary>The longest pause that a busy API server may ask for.</summary>
    public static readonly TimeSpan BusyPause = TimeSpan.FromMinutes(5);

    /// <summary>Between two attempts that hints start.</summary>
    public static readonly TimeSpan HintPause = TimeSpan.FromSeconds(1);

    /// <summary>After a failed login, unless the user hints at another: a plugin may open a browser each time.</summary>
    public static readonly TimeSpan LoginPause = TimeSpan.FromMinutes(10);

    /// <summary>From when on the user is told of an outage.</summary>
    public static readonly TimeSpan Told = TimeSpan.FromSeconds(2);

    /// <summary>From when on other sessions do not join the connection.</summary>
    public static readonly TimeSpan Shunned = TimeSpan.FromSeconds(5);
}
