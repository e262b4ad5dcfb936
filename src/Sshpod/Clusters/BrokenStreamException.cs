using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>An exec stream ended before all was said, and nobody knows why: the same again may well succeed.</summary>
/// <param name="container">Where the command ran.</param>
/// <param name="detail">What is known of the end, such as the command's exit code.</param>
public sealed class BrokenStreamException(PodContainer container, string detail)
    : SshpodException($"the exec stream to {container} broke off ({detail})", "connect again")
{
    /// <summary>What an end means where more was to come. Then even a success is none, whoever reports it (kubernetes#60140).</summary>
    /// <param name="end">Why the exec gives no more bytes.</param>
    /// <param name="container">Where the command ran.</param>
    public static SshpodException Of(StreamEnd end, PodContainer container) => end switch
    {
        StreamEnd.Refused refused => refused.Reason,
        StreamEnd.Broken { Reason: { } reason } => new BrokenStreamException(container, reason),
        StreamEnd.Finished => new BrokenStreamException(container, "exit code 0"),
        _ => new BrokenStreamException(container, "no exit code"),
    };
}
