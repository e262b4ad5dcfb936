namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// Which ways are tried for a stream, in which order. What kind of API server it is need not be asked: the server takes the first
/// subprotocol of a WebSocket that it knows. A way that is refused, for a right that is missing or by a proxy, is followed by the next.
/// </summary>
/// <param name="Exec">For exec.</param>
/// <param name="PortForward">For port-forward.</param>
/// <param name="Nearby">The order where the API server is near; null for the same.</param>
internal sealed record StreamOrder(IReadOnlyList<StreamWay> Exec, IReadOnlyList<StreamWay> PortForward, StreamOrder? Nearby = null)
{
    /// <summary>The order that is used, decided by figures: docs/performance.md.</summary>
    public static StreamOrder Usual { get; } = new(
        // v5 is taken from Kubernetes 1.30 on.
        Exec: [new WebSocketWay(ChannelSocket.V5, ChannelSocket.V4), new SpdyWay(SpdyWay.Exec)],
        PortForward: [new WebSocketWay(ChannelSocket.V4), new SpdyWay(SpdyWay.PortForward)],
        // SPDY costs the node less, and one round trip more at the opening.
        Nearby: new(
            Exec: [new SpdyWay(SpdyWay.Exec), new WebSocketWay(ChannelSocket.V5, ChannelSocket.V4)],
            PortForward: [new SpdyWay(SpdyWay.PortForward), new WebSocketWay(WebSocketWay.SpdyInside, ChannelSocket.V4)]));

    /// <summary>The order for an API server.</summary>
    /// <param name="distance">How long a connection to it takes.</param>
    public StreamOrder At(TimeSpan distance) => distance < ClusterLimits.Nearby ? Nearby ?? this : this;
}
