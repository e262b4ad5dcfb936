using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters.Api.Http;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>A WebSocket (RFC 6455) with channels in it; the server takes one of the subprotocols.</summary>
/// <param name="protocols">The subprotocols, in order of preference.</param>
internal sealed class WebSocketWay(params IReadOnlyList<string> protocols) : StreamWay
{
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
    public override Task<Channels> OpenAsync(
        Stream connection, HttpResponse response, IReadOnlyList<SpdyStream> streams, CancellationToken cancellation) =>
        Task.FromResult<Channels>(new ChannelSocket(connection, response.Header(ProtocolHeader)));

    /// <inheritdoc/>
    public override string ToString() => $"WebSocket {protocols[0]}";

    private static string Accept(string key)
    {
#pragma warning disable CA5350 // RFC 6455 asks for SHA-1; nothing secret depends on it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + KeyGuid)));
#pragma warning restore CA5350
    }
}
