using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>
/// Tells the server what ssh has taken, where no data goes that could take that along: when it is much, or after a moment. More often would
/// cost throughput, since each ACK is a message of its own on its way through API server and kubelet.
/// </summary>
internal sealed class Acknowledgement : IAsyncDisposable
{
    private readonly ResumeState _state;
    private readonly Func<Carrier?> _carrier;
    private readonly ITimer _timer;
    private int _isPending;

    /// <summary>Sends nothing yet.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="state">The connection.</param>
    /// <param name="carrier">Returns its attachment; null while it has none.</param>
    public Acknowledgement(TimeProvider time, ResumeState state, Func<Carrier?> carrier)
    {
        (_state, _carrier) = (state, carrier);
        _timer = time.CreateTimer(_ => Send(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>To be called when ssh has taken something.</summary>
    public void SendIfDue()
    {
        if (_carrier() is not { } carrier)
            return;
        var behind = _state.Received.Consumed - carrier.Writer.Acknowledged;
        if (behind >= _state.AckEach)
            Send();
        else if (behind > 0 && Interlocked.Exchange(ref _isPending, 1) == 0)
            _timer.Change(ResumingLimits.Acknowledgement, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Send()
    {
        Volatile.Write(ref _isPending, 0);
        if (_carrier() is not { } carrier)
            return;
        carrier.Writer.Acknowledge();
        carrier.Flush();
    }
}
