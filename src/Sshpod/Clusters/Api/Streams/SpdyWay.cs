using Sshpod.Clusters.Api.Http;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>SPDY/3.1 on the connection itself, as kubectl uses it before 1.30 and where WebSockets are refused.</summary>
/// <param name="protocol">What is spoken in its streams.</param>
internal sealed class SpdyWay(string protocol) : StreamWay
{
    /// <summary>For exec; from Kubernetes 1.4 on.</summary>
    public const string Exec = "v4.channel.k8s.io";

    /// <summary>For port-forward; from the beginning.</summary>
    public const string PortForward = "portforward.k8s.io";

    private const string Spdy = "SPDY/3.1", ProtocolHeader = "X-Stream-Protocol-Version";

    /// <inheritdoc/>
    public override string Method => "POST";

    /// <inheritdoc/>
    public override Upgrade Ask() => new(
        $"Connection: Upgrade\r\nUpgrade: {Spdy}\r\n{ProtocolHeader}: {protocol}\r\nContent-Length: 0\r\n",
        response => response.Header("Upgrade").Equals(Spdy, StringComparison.OrdinalIgnoreCase)
            && response.Header(ProtocolHeader) == protocol);

    /// <inheritdoc/>
    public override async Task<Channels> OpenAsync(
        Stream connection, HttpResponse response, IReadOnlyList<SpdyStream> streams, CancellationToken cancellation) =>
        await SpdyConnection.OpenAsync(connection, streams, cancellation);

    /// <inheritdoc/>
    public override string ToString() => $"SPDY {protocol}";
}
