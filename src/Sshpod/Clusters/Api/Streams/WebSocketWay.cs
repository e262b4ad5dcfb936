using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters.Api.Http;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// A WebSocket (RFC 6455) with channels or SPDY in it; the server takes the first of the subprotocols that it knows.
/// </summary>
/// <param name="protocols">The subprotocols, in order of preference.</param>
internal sealed class WebSocketWay(params IReadOnlyList<string> protocols) : StreamWay
{
    /// <summary>SPDY in binary messages, for a port-forward (KEP-4006); from Kubernetes 1.30 on.</summary>
    public const string SpdyInside = "SPDY/3.1+" + SpdyWay.PortForward;

    private const string ProtocolHeader = "Sec-WebSocket-Protocol";

    // RFC 6455 section 1.3.
    private const string KeyGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    /// <inheritdoc/>
    public override string Method => "GET";

    /// <inheritdoc/>
    public override Upgrade Ask()
    {
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        return new Upgrade(
            $"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            + $"{ProtocolHeader}: {string.Join(", ", protocols)}\r\n",
            response => response.Header("Sec-WebSocket-Accept") == Accept(key) && protocols.Contains(response.Header(ProtocolHeader)));
    }

    /// <inheritdoc/>
    public override async Task<Channels> OpenAsync(
        Stream connection, HttpResponse response, IReadOnlyList<SpdyStream> streams, CancellationToken cancellation)
    {
        var protocol = response.Header(ProtocolHeader);
        Log.Debug($"api: the WebSocket has {protocol}");
        if (protocol != SpdyInside)
            return new ChannelSocket(connection, protocol);
        // SPDY says by itself that it ends: nobody waits for a closing message.
        var messages = WebSocketStream.Create(Socket(connection), WebSocketMessageType.Binary, ownsWebSocket: true);
        return await SpdyConnection.OpenAsync(messages, streams, cancellation);
    }

    /// <summary>The client's side of a WebSocket.</summary>
    /// <param name="connection">The connection after its upgrade; owned.</param>
    public static WebSocket Socket(Stream connection) =>
        WebSocket.CreateFromStream(connection, new() { KeepAliveInterval = ClusterLimits.KeepAlive });

    /// <summary>It is known by the subprotocol that every server takes: what is refused far away is refused nearby too.</summary>
    public override string ToString() => $"WebSocket {protocols[^1]}";

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1; nothing secret depends on it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeyGuid)));
#pragma warning restore CA5350
    }
}
