using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// SPDY/3.1 as far as Kubernetes speaks it (moby/spdystream): the client opens a few streams at once and no more later, the server none.
/// There is no flow control but that of TCP: neither side sends WINDOW_UPDATE or heeds it, so a sender is held back by a receiver that does
/// not read the connection. Here that is the caller of <see cref="ReceiveAsync"/>.
/// </summary>
internal sealed class SpdyConnection : Channels
{
    private readonly SpdyReader _reader;
    private readonly SpdyWriter _writer;
    private readonly IReadOnlyList<SpdyStream> _streams;

    // Whether the far side has accepted a stream, and whether it has sent all that it will send on it.
    private readonly TaskCompletionSource<bool>[] _replies;
    private readonly bool[] _hasEnded;

    // The channel whose frame the caller is taking, or -1; and whether that frame is its last.
    private int _channel = -1;
    private bool _isLast, _isGoingAway;

    private SpdyConnection(Stream connection, IReadOnlyList<SpdyStream> streams)
    {
        (_reader, _writer, _streams) = (new SpdyReader(connection), new SpdyWriter(connection), streams);
        _replies = [.. streams.Select(_ => new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously))];
        _hasEnded = new bool[streams.Count];
    }

    /// <inheritdoc/>
    public override bool CanCloseChannels => true;

    /// <summary>Opens the streams, and waits until those that we write to are accepted: earlier bytes would be dropped.</summary>
    /// <param name="connection">The connection after its upgrade; owned.</param>
    /// <param name="streams">The streams, by channel.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="IOException">The far side refuses a stream, or does not speak SPDY.</exception>
    public static async Task<SpdyConnection> OpenAsync(
        Stream connection, IReadOnlyList<SpdyStream> streams, CancellationToken cancellation)
    {
        var opened = new SpdyConnection(connection, streams);
        try
        {
            var headers = new SpdyHeaders();
            byte[] frames = [.. streams.SelectMany((stream, channel) =>
                SpdyFrame.SynStream(NumberOf(channel), headers.Next(stream.Headers)))];
            await opened._writer.WriteAsync(frames, cancellation);
            await opened.WaitForRepliesAsync(cancellation);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await AcceptedAsync(channel, cancellation);
        await _writer.SendAsync(NumberOf(channel), bytes, cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask CloseAsync(byte channel, CancellationToken cancellation)
    {
        try
        {
            await AcceptedAsync(channel, cancellation);
            await _writer.WriteAsync(SpdyFrame.End(NumberOf(channel)), cancellation);
        }
        catch (IOException e)
        {
            Log.Debug($"api: a stream was not closed: {e.Message}");
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<(byte Channel, int Count, bool IsLast)?> ReceiveAsync(
        Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            while (_channel < 0)
            {
                if (!HasEverythingEnded() && await ReadFrameAsync(cancellation))
                    continue;
                End();
                return null;
            }
            var count = await _reader.TakeAsync(buffer, cancellation);
            var channel = (byte)_channel;
            if (_reader.Left > 0)
                return (channel, count, false);
            _channel = -1;
            _hasEnded[channel] |= _isLast;
            return (channel, count, _isLast);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Between two calls, a cancellation looks like a connection that broke.
            cancellation.ThrowIfCancellationRequested();
            End();
            throw new IOException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override async Task CompleteAsync()
    {
        using var limit = new CancellationTokenSource(ClusterLimits.SocketClose);
        try
        {
            var ends = _streams.SelectMany((stream, channel) => stream.IsWritten ? SpdyFrame.End(NumberOf(channel)) : []);
            await _writer.WriteAsync((byte[])[.. ends, .. SpdyFrame.GoAway()], limit.Token);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // It has already ended, or nobody reads what we send.
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CompleteAsync();
        End();
        await _writer.DisposeAsync();
    }

    // Those of a client are odd.
    private static uint NumberOf(int channel) => (2 * (uint)channel) + 1;

    private int? ChannelOf(uint stream) => stream % 2 == 1 && stream / 2 < _streams.Count ? (int)(stream / 2) : null;

    private async Task WaitForRepliesAsync(CancellationToken cancellation)
    {
        try
        {
            for (var channel = 0; channel < _streams.Count; channel++)
            {
                var reply = _replies[channel].Task;
                // Bytes may come before the last reply: then the caller who takes them finds the reply behind them.
                while (_streams[channel].IsWritten && !reply.IsCompleted && _channel < 0)
                    if (!await ReadFrameAsync(cancellation))
                        throw new IOException("the connection ended before its streams were open");
                if (reply.IsCompleted && !await reply)
                    throw Refused();
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new IOException(e.Message, e);
        }
    }

    private static IOException Refused() => new("the far side refuses a stream");

    /// <summary>Waits until the far side has accepted a stream, which usually was long ago.</summary>
    private async ValueTask AcceptedAsync(byte channel, CancellationToken cancellation)
    {
        if (!await _replies[channel].Task.WaitAsync(cancellation))
            throw Refused();
    }

    /// <summary>Nothing can be sent any more.</summary>
    private void End()
    {
        _writer.End();
        foreach (var reply in _replies)
            reply.TrySetResult(false);
    }

    private bool HasEverythingEnded()
    {
        for (var channel = 0; channel < _streams.Count; channel++)
            if (_streams[channel].IsRead && !_hasEnded[channel])
                return false;
        return true;
    }

    /// <summary>Reads one frame. If it has bytes, or ends a stream, the caller is to take it.</summary>
    /// <returns>False at the end of the connection, if the far side has announced it.</returns>
    private async ValueTask<bool> ReadFrameAsync(CancellationToken cancellation)
    {
        if (await _reader.ReadAsync(cancellation) is not var (frame, number))
            return _isGoingAway ? false : throw new IOException("the connection ended");
        if (frame.Type != SpdyType.Data)
            Obey(frame, number);
        else if (ChannelOf(frame.Stream) is { } channel && !_hasEnded[channel])
            Present(channel, frame.IsLast);
        else
            _reader.Drop();
        return true;
    }

    /// <summary>Does what a control frame says.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="number">The number of its stream or its ping; 0 if it has none.</param>
    private void Obey(SpdyFrame frame, uint number)
    {
        switch (frame.Type)
        {
            case SpdyType.SynStream:
                throw new IOException("the far side opens a stream of its own");
            case SpdyType.GoAway:
                _isGoingAway = true;
                break;
            // Even numbers are a server's; an odd one would be the answer to a ping of ours.
            case SpdyType.Ping when number != 0 && number % 2 == 0:
                _writer.Answer(number);
                break;
            case SpdyType.SynReply or SpdyType.Headers or SpdyType.RstStream when ChannelOf(number) is { } channel:
                if (frame.Type != SpdyType.Headers)
                    _replies[channel].TrySetResult(frame.Type == SpdyType.SynReply);
                if ((frame.IsLast || frame.Type == SpdyType.RstStream) && !_hasEnded[channel])
                    Present(channel, isLast: true);
                break;
        }
    }

    // A frame that brings nothing and ends nothing is none.
    private void Present(int channel, bool isLast)
    {
        if (_reader.Left > 0 || isLast)
            (_channel, _isLast) = (channel, isLast);
    }
}
