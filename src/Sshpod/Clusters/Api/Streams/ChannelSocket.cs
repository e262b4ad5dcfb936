using System.Net.WebSockets;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// Several streams in one WebSocket: the first byte of each message is the number of its channel (v4.channel.k8s.io and v5).
/// </summary>
internal sealed class ChannelSocket : Channels
{
    /// <summary>Subprotocol with a message that closes a channel (KEP-4006).</summary>
    public const string V5 = "v5.channel.k8s.io";

    /// <summary>Subprotocol that every server supports.</summary>
    public const string V4 = "v4.channel.k8s.io";

    /// <summary>Maximum message size in bytes; larger messages do not pass everywhere (kubernetes-client/csharp#949).</summary>
    public const int MaxMessage = 32 * 1024;

    private const byte CloseChannel = 255;

    private readonly WebSocket _socket;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly byte[] _outgoing = new byte[MaxMessage];
    private readonly byte[] _first = new byte[1];
    private int _channel = -1;

    /// <param name="connection">The connection after its upgrade; owned.</param>
    /// <param name="protocol">The subprotocol that the server has chosen.</param>
    public ChannelSocket(Stream connection, string protocol)
    {
        _socket = WebSocketWay.Socket(connection);
        CanCloseChannels = protocol == V5;
    }

    /// <inheritdoc/>
    public override bool CanCloseChannels { get; }

    /// <inheritdoc/>
    public override async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            while (bytes.Length > 0)
            {
                var count = Math.Min(bytes.Length, MaxMessage - 1);
                _outgoing[0] = channel;
                bytes[..count].CopyTo(_outgoing.AsMemory(1));
                await _socket.SendAsync(_outgoing.AsMemory(0, count + 1), WebSocketMessageType.Binary, endOfMessage: true, cancellation);
                bytes = bytes[count..];
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Between two calls, a cancellation looks like a connection that broke.
            cancellation.ThrowIfCancellationRequested();
            throw new IOException(e.Message, e);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask CloseAsync(byte channel, CancellationToken cancellation)
    {
        if (CanCloseChannels)
            await TrySendAsync(CloseChannel, new[] { channel }, cancellation);
    }

    /// <summary>Receives part of a message. A channel never ends before the others: servers do not send what would end it.</summary>
    /// <inheritdoc/>
    public override async ValueTask<(byte Channel, int Count, bool IsLast)?> ReceiveAsync(
        Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            if (_channel < 0)
            {
                ValueWebSocketReceiveResult first;
                do
                {
                    first = await _socket.ReceiveAsync(_first.AsMemory(), cancellation);
                    if (first.MessageType == WebSocketMessageType.Close)
                        return null;
                }
                while (first.Count == 0);
                if (first.EndOfMessage)
                    return (_first[0], 0, false);
                _channel = _first[0];
            }
            var part = await _socket.ReceiveAsync(buffer, cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            var channel = (byte)_channel;
            if (part.EndOfMessage)
                _channel = -1;
            return (channel, part.Count, false);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Between two calls, a cancellation looks like a connection that broke.
            cancellation.ThrowIfCancellationRequested();
            throw new IOException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public override async Task CompleteAsync()
    {
        using var limit = new CancellationTokenSource(ClusterLimits.SocketClose);
        try
        {
            await _sending.WaitAsync(limit.Token);
            try
            {
                if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token);
            }
            finally
            {
                _sending.Release();
            }
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
        _socket.Dispose();
    }
}
