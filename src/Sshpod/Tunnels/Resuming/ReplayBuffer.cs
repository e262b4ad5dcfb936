namespace Sshpod.Tunnels.Resuming;

/// <summary>
/// What was sent and may have to be sent again: everything from the position up to which the server has handed it on. When it holds a
/// window, the writer waits, as on a slow network; nothing is dropped.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class ReplayBuffer(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly ByteRing _ring = new(ResumingLimits.Window);
    private int _window = ResumingLimits.FirstWindow;
    private long _changed = time.GetTimestamp();
    private TaskCompletionSource? _room;
    private bool _isClosed;

    /// <summary>Position behind the last byte.</summary>
    public long End
    {
        get
        {
            lock (_lock)
                return _ring.End;
        }
    }

    /// <summary>Position of the first byte that is not acknowledged.</summary>
    public long Start
    {
        get
        {
            lock (_lock)
                return _ring.Start;
        }
    }

    /// <summary>The memory that it uses, in bytes.</summary>
    public int Allocated => _ring.Allocated;

    /// <summary>How long the oldest byte has been waiting for its acknowledgement, at least since the last one; null without any.</summary>
    public TimeSpan? Waiting
    {
        get
        {
            lock (_lock)
                return _ring.Length > 0 ? time.GetElapsedTime(_changed) : null;
        }
    }

    /// <summary>Sets how much the server takes.</summary>
    public void Allow(int window)
    {
        lock (_lock)
            _window = Math.Clamp(window, 1, ResumingLimits.Window);
        Wake();
    }

    /// <summary>Waits until there is room, and adds as many bytes as fit.</summary>
    /// <returns>How many; 0 once it is closed.</returns>
    public async ValueTask<int> AppendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (true)
        {
            Task waiting;
            lock (_lock)
            {
                if (_isClosed)
                    return 0;
                var count = Math.Min(bytes.Length, _window - _ring.Length);
                if (count > 0)
                {
                    if (_ring.Length == 0)
                        _changed = time.GetTimestamp();
                    _ring.Append(bytes.Span[..count]);
                    return count;
                }
                _room ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
                waiting = _room.Task;
            }
            await waiting.WaitAsync(cancellation);
        }
    }

    /// <summary>Copies bytes from a position on.</summary>
    /// <returns>How many.</returns>
    public int Copy(long position, Span<byte> to)
    {
        lock (_lock)
            return _ring.Copy(position, to);
    }

    /// <summary>Forgets what has been handed on.</summary>
    /// <exception cref="InvalidDataException">That was never sent, or was acknowledged before.</exception>
    public void Acknowledge(long position)
    {
        lock (_lock)
        {
            _ring.Drop(position);
            _changed = time.GetTimestamp();
        }
        Wake();
    }

    /// <summary>Gives memory back that has not been needed for a while.</summary>
    public void FreeIfIdle()
    {
        lock (_lock)
            if (_ring.Length == 0 && time.GetElapsedTime(_changed) >= ResumingLimits.EmptyBuffer)
                _ring.Free();
    }

    /// <summary>Lets nobody wait any longer.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
        Wake();
    }

    private void Wake()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
            (waiting, _room) = (_room, null);
        waiting?.TrySetResult();
    }
}
