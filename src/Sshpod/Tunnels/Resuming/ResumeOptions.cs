namespace Sshpod.Tunnels.Resuming;

/// <summary>How the user hears of an outage.</summary>
/// <param name="Paused">Called each second: how long it has lasted, and why.</param>
/// <param name="Resumed">Called once, if the other was: how long it has lasted.</param>
public sealed record OutageReport(Action<TimeSpan, string> Paused, Action<TimeSpan> Resumed);

/// <summary>A connection of this machine that nobody will resume: its client has died.</summary>
/// <param name="Id">Its identifier.</param>
/// <param name="Key">Its key.</param>
/// <param name="Forget">Called when the server has been told.</param>
public sealed record DeadTunnel(byte[] Id, byte[] Key, Action Forget);

/// <summary>What a resumable connection needs to know of its surroundings.</summary>
/// <param name="Grace">How long it may be paused; zero to end with its stream.</param>
public sealed record ResumeOptions(TimeSpan Grace)
{
    /// <summary>How the user hears of an outage.</summary>
    public OutageReport? Report { get; init; }

    /// <summary>Told when an outage has become long enough for others to notice, and when it is over.</summary>
    public Action<bool>? Lost { get; init; }

    /// <summary>
    /// Writes identifier and key down, so that the connection can be ended if this process dies; disposed when the server has forgotten it.
    /// </summary>
    public Func<byte[], byte[], IDisposable?>? Ticket { get; init; }

    /// <summary>Connections to the same container that are to end.</summary>
    public Func<IReadOnlyList<DeadTunnel>>? Dead { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Numbers from 0 to 1, so that many clients do not come back at the same moment.</summary>
    public Func<double> Jitter { get; init; } = Random.Shared.NextDouble;
}
