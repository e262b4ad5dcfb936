using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>An exec stream ended too early, for an unknown reason: a retry may well succeed.</summary>
/// <param name="container">Where the command ran.</param>
/// <param name="detail">What is known about the end, such as the command's exit code.</param>
public sealed class BrokenStreamException(PodContainer container, string detail)
    : SshpodException($"the exec stream to {container} broke ({detail})", "connect again")
{
    /// <summary>Explains an end where more was expected. Even a reported success is a failure then (kubernetes#60140).</summary>
    /// <param name="end">How the exec stream ended.</param>
    /// <param name="container">Where the command ran.</param>
    public static SshpodException Of(StreamEnd end, PodContainer container) => end switch
    {
        StreamEnd.Refused refused => refused.Reason,
        StreamEnd.Broken { Reason: { } reason } => new BrokenStreamException(container, reason),
        StreamEnd.Finished => new BrokenStreamException(container, "exit code 0"),
        _ => new BrokenStreamException(container, "no exit code"),
    };
}
