using Sshpod.Clusters.Api.Http;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>A request to change the protocol of a connection.</summary>
/// <param name="Headers">Its headers, each with its line end.</param>
/// <param name="IsAccepted">Whether a response with status 101 is the one that was asked for.</param>
internal sealed record Upgrade(string Headers, Func<HttpResponse, bool> IsAccepted);

/// <summary>A way for the streams of an exec or a port-forward: a protocol, and the request that begins it. Its text is its name.</summary>
internal abstract class StreamWay
{
    /// <summary>The method of the request: <c>GET</c> needs the right <c>get</c>, and <c>POST</c> the right <c>create</c>.</summary>
    public abstract string Method { get; }

    /// <summary>A new request.</summary>
    public abstract Upgrade Ask();

    /// <summary>Opens the streams.</summary>
    /// <param name="connection">The connection after its upgrade; owned.</param>
    /// <param name="response">The response that accepted it.</param>
    /// <param name="streams">The streams that SPDY opens, by channel.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="IOException">The far side does not open them.</exception>
    public abstract Task<Channels> OpenAsync(
        Stream connection, HttpResponse response, IReadOnlyList<SpdyStream> streams, CancellationToken cancellation);
}
