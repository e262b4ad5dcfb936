using Sshpod.Terminal;

namespace Sshpod.Streams;

/// <summary>Why a <see cref="Duplex"/> ended.</summary>
public abstract record StreamEnd
{
    private StreamEnd()
    {
    }

    /// <summary>The peer has sent everything and, as far as we know, succeeded.</summary>
    public sealed record Finished : StreamEnd;

    /// <summary>The peer closed the stream and gave no reason.</summary>
    public sealed record ClosedByPeer : StreamEnd;

    /// <summary>The stream broke. A retry may well succeed.</summary>
    /// <param name="Reason">What is known about it, such as an exit code; null if nothing would help a user.</param>
    public sealed record Broken(string? Reason = null) : StreamEnd;

    /// <summary>The cluster, or something in the container, refused and said why.</summary>
    /// <param name="Reason">What it said.</param>
    public sealed record Refused(SshpodException Reason) : StreamEnd;
}
