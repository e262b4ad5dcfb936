using System.Globalization;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>A stream that SPDY opens for one channel of an exec or a port-forward, with headers that say which one it is.</summary>
/// <param name="IsWritten">Whether we send anything on it.</param>
/// <param name="IsRead">Whether the far side sends anything on it.</param>
/// <param name="Headers">Its headers, in lower case.</param>
internal sealed record SpdyStream(bool IsWritten, bool IsRead, IReadOnlyList<(string Name, string Value)> Headers)
{
    private const string Type = "streamtype";

    /// <summary>The streams of an exec without a terminal, in the order of the channels of v4.channel.k8s.io.</summary>
    public static readonly IReadOnlyList<SpdyStream> Exec =
    [
        new(IsWritten: true, IsRead: false, [(Type, "stdin")]),
        new(IsWritten: false, IsRead: true, [(Type, "stdout")]),
        new(IsWritten: false, IsRead: true, [(Type, "stderr")]),
        new(IsWritten: false, IsRead: true, [(Type, "error")]),
    ];

    /// <summary>The streams of one connection to a port, likewise.</summary>
    public static IReadOnlyList<SpdyStream> PortForward(int port)
    {
        // Both belong to the same request, of which a connection may have several, and ours has one.
        var ours = new[] { ("port", port.ToString(CultureInfo.InvariantCulture)), ("requestid", "0") };
        return
        [
            new(IsWritten: true, IsRead: true, [(Type, "data"), .. ours]),
            new(IsWritten: false, IsRead: true, [(Type, "error"), .. ours]),
        ];
    }
}
