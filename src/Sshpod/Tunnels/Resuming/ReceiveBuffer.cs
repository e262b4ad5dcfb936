namespace Sshpod.Tunnels.Resuming;

/// <summary>
/// What has come and was not yet handed to ssh. It holds a window at most, so the stream is always read, and no PING or ACK waits behind
/// data that ssh does not take.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ReceiveBuffer(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly ByteRing _ring = new(ResumingLimits.Window);
    private long _changed = time.GetTimestamp();
    private int _taken;
    private TaskCompletionSource? _arrival;
    private bool _isClosed, _isDiscarding;

    /// <summary>Position up to which bytes have come.</summary>
    public long Received
    {
        get
        {
            lock (_lock)
                return _ring.End;
        }
    }

    /// <summary>Position up to which ssh has them.</summary>
    public long Consumed
    {
        get
        {
            lock (_lock)
                return _ring.Start;
        }
    }

    /// <summary>Adds what has come.</summary>
    /// <exception cref="InvalidDataException">It is more than the window.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _ring.Append(bytes);
            if (_isDiscarding)
                _ring.Drop(_ring.End);
            (waiting, _arrival) = (_arrival, null);
        }
        waiting?.TrySetResult();
    }

    /// <summary>What the last <see cref="TakeAsync"/> returned has been handed on now.</summary>
    public void Consume()
    {
        lock (_lock)
        {
            if (_taken == 0)
                return;
            _ring.Drop(_ring.Start + _taken);
            _taken = 0;
            _changed = time.GetTimestamp();
        }
    }

    /// <summary>Waits for bytes.</summary>
    /// <returns>How many; 0 once it is closed and empty.</returns>
    public async ValueTask<int> TakeAsync(Memory<byte> to, CancellationToken cancellation)
    {
        Consume();
        while (true)
        {
            Task waiting;
            lock (_lock)
            {
                if (_ring.Length > 0)
                    return _taken = _ring.Copy(_ring.Start, to.Span);
                if (_isClosed)
                    return 0;
                _arrival ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _arrival.Task;
            }
            await waiting.WaitAsync(cancellation);
        }
    }

    /// <summary>Gives memory back that has not been needed for a while.</summary>
    public void FreeIfIdle()
    {
        lock (_lock)
            if (_ring.Length == 0 && time.GetElapsedTime(_changed) >= ResumingLimits.EmptyBuffer)
                _ring.Free();
    }

    /// <summary>From now on nobody takes anything: all counts as handed on.</summary>
    public void Discard()
    {
        lock (_lock)
        {
            _isDiscarding = true;
            _taken = 0;
            _ring.Drop(_ring.End);
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void Close()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            _isClosed = true;
            (waiting, _arrival) = (_arrival, null);
        }
        waiting?.TrySetResult();
    }
}
