using System.Net.NetworkInformation;
using Sshpod.Terminal;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>Looks each second whether the path to the server still works, and at once where it may have changed.</summary>
internal sealed class PathWatch : IAsyncDisposable
{
    // Most connections are over before the machine's address changes.
    private const int TicksBeforeListening = 5;

    private readonly ResumeState _state;
    private readonly Func<Carrier?> _carrier;
    private readonly Action _hint, _each;
    private readonly Sleep _sleep;
    private readonly ITimer _tick, _hinted;
    private int _ticks;

    /// <summary>Begins.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="state">The connection.</param>
    /// <param name="carrier">Returns its attachment; null while it has none.</param>
    /// <param name="hint">Called when the path may have changed.</param>
    /// <param name="each">Called each second.</param>
    public PathWatch(TimeProvider time, ResumeState state, Func<Carrier?> carrier, Action hint, Action each)
    {
        (_state, _carrier, _hint, _each) = (state, carrier, hint, each);
        _sleep = new(time);
        _hinted = time.CreateTimer(_ => Judge(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _tick = time.CreateTimer(_ => Tick(), null, ResumingLimits.Tick, ResumingLimits.Tick);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= AddressChanged;
        // The one that tells the user may be waiting for a terminal that takes nothing.
        await Task.WhenAll(_tick.DisposeAsync().AsTask(), _hinted.DisposeAsync().AsTask()).WaitAsync(ResumingLimits.Farewell)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Tick()
    {
        if (++_ticks == TicksBeforeListening)
            Listen();
        if (_sleep.Look())
            Hint(hasSlept: true);
        else
            Judge();
        _each();
    }

    private void Listen()
    {
        try
        {
            NetworkChange.NetworkAddressChanged += AddressChanged;
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
        {
            // A sandbox may allow no netlink socket. What an attempt is due for, other signs tell.
            Log.Debug($"resume: changes of addresses are not seen: {e.Message}");
        }
    }

    private void AddressChanged(object? sender, EventArgs arguments) => Hint(hasSlept: false);

    private void Hint(bool hasSlept)
    {
        Log.Debug(hasSlept ? "resume: slept" : "resume: another address");
        _state.Liveness.Hint(hasSlept);
        _hint();
        Judge();
        _hinted.Change(ResumingLimits.DeadAfterHint, Timeout.InfiniteTimeSpan);
    }

    private void Judge()
    {
        if (_carrier() is not { } carrier || carrier.Writer.IsWaiting || _state.End is not null)
            return;
        switch (_state.Liveness.Judge(_state.Replay.Waiting))
        {
            case Verdict.Ask:
                carrier.Writer.Ping(Environment.TickCount64);
                carrier.Flush();
                break;
            case Verdict.Dead:
                carrier.Lose("the server is silent");
                break;
        }
    }
}
