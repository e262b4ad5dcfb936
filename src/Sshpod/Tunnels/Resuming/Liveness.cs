namespace Sshpod.Tunnels.Resuming;

/// <summary>What is to be done about an attachment.</summary>
internal enum Verdict
{
    /// <summary>Nothing.</summary>
    Alive,

    /// <summary>A PING is to be sent.</summary>
    Ask,

    /// <summary>The path is dead.</summary>
    Dead,
}

/// <summary>
/// Whether the path to the server still works. Every byte that comes is a sign of life, not only a PONG, which on a full slow link waits
/// behind megabytes.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class Liveness(TimeProvider time)
{
    private readonly Lock _lock = new();
    private long _heard = time.GetTimestamp();
    private long? _asked, _hinted;

    /// <summary>Something has come.</summary>
    public void Heard()
    {
        lock (_lock)
            (_heard, _asked, _hinted) = (time.GetTimestamp(), null, null);
    }

    /// <summary>
    /// The path may have changed: the machine has slept, or has another address. The next verdict asks, with little patience.
    /// </summary>
    /// <param name="hasSlept">Whether the time since the last byte says nothing.</param>
    public void Hint(bool hasSlept)
    {
        lock (_lock)
        {
            if (hasSlept)
                (_heard, _asked) = (time.GetTimestamp(), null);
            if (_hinted is null || hasSlept)
                (_hinted, _asked) = (time.GetTimestamp(), null);
        }
    }

    /// <summary>Judges. After <see cref="Verdict.Ask"/> it waits for a byte.</summary>
    /// <param name="unacknowledged">How long something we sent has been waiting for its acknowledgement; null if nothing has.</param>
    public Verdict Judge(TimeSpan? unacknowledged)
    {
        lock (_lock)
        {
            var silent = time.GetElapsedTime(_heard);
            if (_hinted is { } hinted && _asked is not null)
                return time.GetElapsedTime(hinted) >= ResumingLimits.DeadAfterHint ? Verdict.Dead : Verdict.Alive;
            if (_asked is { } asked && time.GetElapsedTime(asked) >= ResumingLimits.Dead)
                return Verdict.Dead;
            if (unacknowledged is { } waiting && waiting >= ResumingLimits.Dead && silent >= ResumingLimits.Dead)
                return Verdict.Dead;
            if (_asked is not null)
                return Verdict.Alive;
            var patience = unacknowledged >= ResumingLimits.BusySilence ? ResumingLimits.BusySilence : ResumingLimits.Silence;
            if (_hinted is null && silent < patience)
                return Verdict.Alive;
            _asked = time.GetTimestamp();
            return Verdict.Ask;
        }
    }
}

/// <summary>Notices that a regular look comes late: the machine or the process has slept.</summary>
/// <param name="time">The clock.</param>
internal sealed class Sleep(TimeProvider time)
{
    private long _looked = time.GetTimestamp();
    private DateTimeOffset _wall = time.GetUtcNow();

    /// <summary>Whether it has slept since the last look. The monotonic clock of some systems sleeps as well, so both are asked.</summary>
    public bool Look()
    {
        var (looked, wall) = (time.GetElapsedTime(_looked), time.GetUtcNow() - _wall);
        (_looked, _wall) = (time.GetTimestamp(), time.GetUtcNow());
        return (looked > wall ? looked : wall) >= ResumingLimits.Tick + ResumingLimits.Late;
    }
}
