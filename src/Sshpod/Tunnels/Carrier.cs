using System.Buffers.Binary;
using System.Security.Cryptography;
using Sshpod.Terminal;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>
/// One attachment of a resumable connection: a port-forward or an exec whose greeting has been read. Once it is lost nothing more is read
/// from it, whatever may still come.
/// </summary>
internal sealed class Carrier : CarrierStream, IFrameSink
{
    private readonly ResumeState _state;
    private readonly FrameReader _reader;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _piece = new byte[FrameWriter.MaxPiece];
    private readonly byte[] _clientKey, _nonceS, _nonceC = RandomNumberGenerator.GetBytes(ResumeHandshake.NonceSize);
    private readonly bool _isNew;
    private bool _isProven, _isAnswered;
    private int _isFlushing;
    private volatile bool _isEndWritten;

    /// <summary>Takes an open tunnel over.</summary>
    /// <param name="tunnel">The tunnel, whose server can resume.</param>
    /// <param name="state">What goes on.</param>
    public Carrier(Tunnel tunnel, ResumeState state) : base(tunnel.Detach())
    {
        (_clientKey, _nonceS) = (tunnel.ResumeKey!.Bytes, tunnel.Nonce!);
        _state = state;
        _isNew = state.Granted is null;
        _reader = new FrameReader(this);
        Writer = new FrameWriter(state.Replay, state.Received);
    }

    /// <summary>What is to be sent.</summary>
    public FrameWriter Writer { get; }

    /// <summary>Whether somebody answers there who does not know the key, or again nobody who does.</summary>
    public bool IsStranger { get; private set; }

    /// <summary>Called when the server has granted a connection.</summary>
    public Action<Welcome>? Welcomed { get; init; }

    /// <summary>Asks for a new connection with the stream's first bytes.</summary>
    /// <param name="grace">How long it should survive without an attachment.</param>
    /// <param name="abandoned">Connections whose client is dead.</param>
    public void Begin(TimeSpan grace, IEnumerable<DeadTunnel> abandoned) => Writer.Begin([
        .. ResumeHandshake.New(_clientKey, _state.Fingerprint, _nonceS, _nonceC, grace, ResumingLimits.Window),
        .. abandoned.SelectMany(dead => ResumeHandshake.Abandon(dead.Key, _nonceS, dead.Id))]);

    /// <summary>Asks to go on, and waits for the answer.</summary>
    /// <exception cref="ConnectionOverException">The server has no such connection.</exception>
    /// <exception cref="IOException">There was no answer, or none that can be believed.</exception>
    public async Task ResumeAsync(CancellationToken cancellation)
    {
        using var abort = cancellation.Register(() => Lose("no answer to the request to resume"));
        var (granted, received) = (_state.Granted!, _state.Received);
        // The positions are read once: what ssh takes from now on is acknowledged later.
        var consumed = received.Consumed;
        Writer.Continue(_state.Replay.End, consumed);
        if (await WriteAsync(ResumeHandshake.Resume(
            granted.Key, granted.Id, _state.Fingerprint, _nonceS, _nonceC, received.Received, consumed)))
            while (!_reader.IsAnswered && await ReceiveAsync())
            {
            }
        if (_isProven && Loss is null)
            return;
        CountUnanswered();
        throw new IOException(Loss ?? "no answer to the request to resume");
    }

    /// <summary>Reads until it is lost or, after END, closed.</summary>
    public async Task RunAsync()
    {
        while (_state.End is null && await ReceiveAsync())
        {
        }
        if (_state.End is null || Loss is not null)
        {
            CountUnanswered();
            return;
        }
        // Our last message would be lost if we closed first.
        Writer.Bye();
        EndAfter(ResumingLimits.Farewell);
        await FlushAsync();
        await HalfCloseAsync(isOver: _isAnswered);
        while (await ReadAsync() > 0)
        {
        }
    }

    /// <summary>
    /// Sends it when that is possible. One that waits sends for all: a server that asks much and reads nothing would else fill our memory.
    /// </summary>
    public void Flush()
    {
        if (Interlocked.Exchange(ref _isFlushing, 1) == 0)
            _ = FlushAsync();
    }

    /// <summary>Sends what there is to send.</summary>
    public async Task FlushAsync()
    {
        try
        {
            await _sending.WaitAsync(Ending);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        // What is added from now on may come too late for this one.
        Volatile.Write(ref _isFlushing, 0);
        try
        {
            for (int size; Loss is null && (size = Writer.Compose(_piece)) > 0;)
                if (await WriteAsync(_piece.AsMemory(0, size)))
                    _isEndWritten = Writer.IsEnding;
                else
                    Lose("nothing more can be sent");
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <inheritdoc/>
    public void Answer(ReadOnlySpan<byte> message)
    {
        if (_isNew && ResumeHandshake.ReadWelcome(message, _clientKey, _nonceS, _nonceC) is { } welcome)
        {
            Prove();
            _state.Granted = welcome;
            _state.Replay.Allow(welcome.Window);
            Log.Debug($"resume: new, for {welcome.Grace.TotalSeconds:0} s, window {welcome.Window / 1024} KiB");
            Welcomed?.Invoke(welcome);
        }
        else if (!_isNew && ResumeHandshake.ReadResumed(message, _state.Granted!.Key, _nonceS, _nonceC) is var (got, took))
        {
            Prove();
            var replay = _state.Replay;
            if (took < replay.Start || took > got || got > replay.End)
                throw ConnectionOverException.Positions(replay.End, got);
            replay.Acknowledge(took);
            Writer.Continue(got, Writer.Acknowledged);
        }
        else if (ResumeHandshake.ReadNo(message, _clientKey, _nonceS, _nonceC, _state.Granted?.Id) is { } no)
            throw no switch
            {
                Refusal.Unknown when !_isNew => ConnectionOverException.Gone,
                Refusal.Position => ConnectionOverException.Positions(_state.Replay.End, _state.Received.Received),
                Refusal.Crowded => new ConnectionOverException("too many connections in the container"),
                _ => ConnectionOverException.Bug($"internal error: refused with code {(int)no}"),
            };
        else
        {
            IsStranger = true;
            throw new InvalidDataException("another program answers at the port");
        }
    }

    /// <inheritdoc/>
    public void Data(ReadOnlySpan<byte> bytes)
    {
        _state.Received.Append(bytes);
        _state.Violations = 0;
    }

    /// <inheritdoc/>
    public void Control(FrameType type, ReadOnlySpan<byte> payload)
    {
        var number = payload.Length >= sizeof(long) ? BinaryPrimitives.ReadInt64BigEndian(payload) : 0;
        switch (type)
        {
            case FrameType.Ack when number > Writer.Sent:
                throw new InvalidDataException($"ACK at {number}, after {Writer.Sent}");
            case FrameType.Ack:
                _state.Replay.Acknowledge(number);
                _state.Violations = 0;
                break;
            case FrameType.Ping:
                Writer.Pong(number);
                // Reading must not wait for a server that reads nothing itself.
                Flush();
                break;
            case FrameType.End when number != _state.Received.Received:
                throw new InvalidDataException($"END at {number}, after {_state.Received.Received}");
            case FrameType.End:
                // Else it has crossed ours: the server still needs that, or BYE.
                _isAnswered = _isEndWritten;
                _state.End = (EndReason)payload[sizeof(long)];
                _state.Received.Close();
                break;
        }
    }

    private void Prove() => (_isProven, _state.Unanswered) = (true, 0);

    // A cut between greeting and answer happens; again and again, somebody may have taken the port who has only learned to greet.
    private void CountUnanswered()
    {
        if (!_isProven && !Writer.IsWaiting)
            IsStranger |= ++_state.Unanswered > ResumingLimits.Unanswered;
    }

    /// <summary>Reads once, and acts on it.</summary>
    /// <returns>False once it is lost.</returns>
    private async Task<bool> ReceiveAsync()
    {
        var count = await ReadAsync();
        if (count == 0)
        {
            Lose("the stream ended");
            return false;
        }
        _state.Liveness.Heard();
        try
        {
            _reader.Take(Buffer.Span[..count]);
            return true;
        }
        catch (InvalidDataException e)
        {
            // Before an answer with a right MAC, it may be anybody who speaks.
            IsStranger |= !_reader.IsAnswered;
            if (!IsStranger && ++_state.Violations >= ResumingLimits.Violations)
                throw ConnectionOverException.Bug($"internal error: {e.Message}");
            Lose(e.Message);
            return false;
        }
    }
}
