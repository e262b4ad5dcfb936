namespace Sshpod.Tunnels.Resuming;

/// <summary>
/// What is to be sent over one attachment, in pieces that fit into one message: what is asked for, then as much of the stream as there is.
/// An ACK travels with data where it can.
/// </summary>
/// <param name="replay">The stream, from what was handed on.</param>
/// <param name="received">The other direction, for ACKs.</param>
internal sealed class FrameWriter(ReplayBuffer replay, ReceiveBuffer received)
{
    /// <summary>
    /// The largest piece: with the head of its frame it is a frame of SPDY of 32 KiB, and fits into a WebSocket message of that size. One
    /// byte more would be a frame of its own, all the way.
    /// </summary>
    public const int MaxPiece = (32 * 1024) - 8;

    private readonly Lock _lock = new();
    private byte[] _first = [];
    private long _sent, _acknowledged;
    private long? _pong, _ping;
    private bool _isAckDue, _isEnding, _isBye;
    private EndReason? _end;

    /// <summary>Whether NEW waits for the first bytes of the stream.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_lock)
                return _first.Length > 0;
        }
    }

    /// <summary>Whether END has been sent.</summary>
    public bool IsEnding
    {
        get
        {
            lock (_lock)
                return _isEnding;
        }
    }

    /// <summary>Position behind the last byte that was sent.</summary>
    public long Sent
    {
        get
        {
            lock (_lock)
                return _sent;
        }
    }

    /// <summary>Position up to which the server knows that everything was handed on.</summary>
    public long Acknowledged
    {
        get
        {
            lock (_lock)
                return _acknowledged;
        }
    }

    /// <summary>Begins a new connection.</summary>
    /// <param name="messages">NEW, and what rides behind it.</param>
    public void Begin(byte[] messages)
    {
        lock (_lock)
            (_first, _sent, _acknowledged) = (messages, 0, 0);
    }

    /// <summary>Goes on with one.</summary>
    /// <param name="from">Position of the first byte that the server has not received.</param>
    /// <param name="acknowledged">What the server was told of the other direction.</param>
    public void Continue(long from, long acknowledged)
    {
        lock (_lock)
            (_sent, _acknowledged) = (from, acknowledged);
    }

    /// <summary>Asks whether the server is there.</summary>
    public void Ping(long number)
    {
        lock (_lock)
            _ping = number;
    }

    /// <summary>Answers a PING.</summary>
    public void Pong(long number)
    {
        lock (_lock)
            _pong = number;
    }

    /// <summary>Sends an ACK even without data.</summary>
    public void Acknowledge()
    {
        lock (_lock)
            _isAckDue = true;
    }

    /// <summary>Ends the connection behind the stream's last byte.</summary>
    public void End(EndReason reason)
    {
        lock (_lock)
            if (!_isEnding)
                _end = reason;
    }

    /// <summary>Answers END.</summary>
    public void Bye()
    {
        lock (_lock)
            _isBye = true;
    }

    /// <summary>Writes the next piece.</summary>
    /// <returns>Its size; 0 if there is nothing to send.</returns>
    public int Compose(Span<byte> to)
    {
        lock (_lock)
        {
            var hasData = replay.End > _sent;
            if (_first.Length > 0 && !hasData)
                return 0;
            _first.CopyTo(to);
            var at = _first.Length;
            _first = [];
            if (_pong is { } pong)
                at += Frame.WriteNumber(to[at..], FrameType.Pong, pong);
            if (_ping is { } ping)
                at += Frame.WriteNumber(to[at..], FrameType.Ping, ping);
            (_pong, _ping) = (null, null);
            if ((hasData || _isAckDue) && received.Consumed is var consumed && consumed > _acknowledged)
            {
                at += Frame.WriteNumber(to[at..], FrameType.Ack, consumed);
                _acknowledged = consumed;
            }
            _isAckDue = false;
            if (hasData)
            {
                var data = replay.Copy(_sent, to[(at + Frame.HeadSize)..MaxPiece]);
                at += Frame.WriteHead(to[at..], FrameType.Data, data) + data;
                _sent += data;
            }
            if (_sent == replay.End && _end is { } reason && at + Frame.EndSize <= MaxPiece)
            {
                at += Frame.WriteEnd(to[at..], _sent, reason);
                (_end, _isEnding) = (null, true);
            }
            if (_isBye && at + Frame.HeadSize <= MaxPiece)
            {
                at += Frame.WriteHead(to[at..], FrameType.Bye, 0);
                _isBye = false;
            }
            return at;
        }
    }
}
