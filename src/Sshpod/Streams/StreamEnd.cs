using Sshpod.Terminal;

namespace Sshpod.Streams;

/// <summary>Why a <see cref="Duplex"/> gives no more bytes.</summary>
public abstract record StreamEnd
{
    private StreamEnd()
    {
    }

    /// <summary>The peer has said all that it had to say, and ended with success, as far as anybody knows.</summary>
    public sealed record Finished : StreamEnd;

    /// <summary>The peer closed the stream and gave no reason.</summary>
    public sealed record ClosedByPeer : StreamEnd;

    /// <summary>The stream broke off. The same again may well succeed.</summary>
    /// <param name="Reason">What is known of it, such as an exit code; null where nothing is that would help a user.</param>
    public sealed record Broken(string? Reason = null) : StreamEnd;

    /// <summary>The cluster, or something in the container, said why not.</summary>
    /// <param name="Reason">What it said.</param>
    public sealed record Refused(SshpodException Reason) : StreamEnd;
}
