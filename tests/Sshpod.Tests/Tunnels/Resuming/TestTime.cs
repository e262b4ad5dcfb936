namespace Sshpod.Tests.Tunnels.Resuming;

/// <summary>
/// A clock that stands still until it is told to go on; with <see cref="Jumps"/>, each wait takes its time and is over at once.
/// </summary>
internal sealed class TestTime : TimeProvider
{
    private readonly Lock _lock = new();
    private TimeSpan _now, _wall;

    public bool Jumps { get; init; }

    public TimeSpan Now
    {
        get
        {
            lock (_lock)
                return _now;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by)
    {
        lock (_lock)
            (_now, _wall) = (_now + by, _wall + by);
    }

    /// <summary>The machine sleeps, and its monotonic clock with it.</summary>
    public void Sleep(TimeSpan by)
    {
        lock (_lock)
            _wall += by;
    }

    public override long GetTimestamp() => Now.Ticks;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return DateTimeOffset.UnixEpoch + _wall;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (Jumps && dueTime >= TimeSpan.Zero)
        {
            Advance(dueTime);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }
        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}

/// <summary>The clock of a machine on which everything is twenty times as fast.</summary>
internal sealed class FastTime : TimeProvider
{
    private const int Factor = 20;

    private readonly DateTimeOffset _start = DateTimeOffset.UtcNow;

    public override long TimestampFrequency => System.TimestampFrequency / Factor;

    public override DateTimeOffset GetUtcNow() => _start + (DateTimeOffset.UtcNow - _start) * Factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Fast(dueTime), Fast(period));

    private static TimeSpan Fast(TimeSpan time) => time > TimeSpan.Zero ? time / Factor : time;
}
