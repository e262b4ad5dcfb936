using System.Net.WebSockets;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// Several streams in one WebSocket: the first byte of each message is the number of its channel (v4.channel.k8s.io and v5).
/// </summary>
internal sealed class ChannelSocket : IAsyncDisposable
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
        _socket = WebSocket.CreateFromStream(connection,
            new WebSocketCreationOptions { SubProtocol = protocol, KeepAliveInterval = ClusterLimits.KeepAlive });
        CanCloseChannels = protocol == V5;
    }

    /// <summary>Whether one channel can end before the others.</summary>
    public bool CanCloseChannels { get; }

    /// <summary>Sends bytes on a channel, in messages small enough to pass everywhere.</summary>
    /// <exception cref="IOException">The connection has ended.</exception>
    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
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

    /// <summary>Sends bytes on a channel.</summary>
    /// <returns>False when the connection has ended.</returns>
    public async ValueTask<bool> TrySendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(channel, bytes, cancellation);
            return true;
        }
        catch (IOException e)
        {
            Log.Debug($"api: sending ended: {e.Message}");
            return false;
        }
    }

    /// <summary>Closes one channel, if that is possible and the connection has not ended.</summary>
    public async ValueTask CloseAsync(byte channel, CancellationToken cancellation)
    {
        if (CanCloseChannels)
            await TrySendAsync(CloseChannel, new[] { channel }, cancellation);
    }

    /// <summary>Receives part of a message.</summary>
    /// <returns>Its channel and the number of bytes, possibly 0; null when the far side has closed the connection properly.</returns>
    /// <exception cref="IOException">The connection broke off.</exception>
    public async ValueTask<(byte Channel, int Count)?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation)
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
                    return (_first[0], 0);
                _channel = _first[0];
            }
            var part = await _socket.ReceiveAsync(buffer, cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
                return null;
            var channel = (byte)_channel;
            if (part.EndOfMessage)
                _channel = -1;
            return (channel, part.Count);
        }
        catch (Exception e) when (IsEnd(e))
        {
            // Between two calls, a cancellation looks like a connection that broke.
            cancellation.ThrowIfCancellationRequested();
            throw new IOException(e.Message, e);
        }
    }

    /// <summary>Announces that we send no more, and keeps receiving.</summary>
    public async Task CompleteAsync()
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
    public async ValueTask DisposeAsync()
    {
        await CompleteAsync();
        _socket.Dispose();
    }

    // When one direction breaks, .NET reports pending calls in the other as cancelled, although nobody cancelled them.
    private static bool IsEnd(Exception e) =>
        e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException;
}

/// <summary>
/// A WebSocket was refused. kubectl may still succeed: it uses POST, which needs other rights, and older versions use SPDY, which passes
/// other proxies.
/// </summary>
/// <param name="reason">What the server said.</param>
internal sealed class UpgradeRefusedException(SshpodException reason) : SshpodException(reason.Message, reason.Hint);
