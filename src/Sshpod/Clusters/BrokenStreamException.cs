using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>An exec stream ended before all was said, and nobody knows why: the same again may well succeed.</summary>
/// <param name="container">Where the command ran.</param>
/// <param name="detail">What is known of the end, such as the command's exit code.</param>
public sealed class BrokenStreamException(PodContainer container, string detail)
    : SshpodException($"the exec stream to {container} broke off ({detail})", "connect again")
{
    /// <summary>What is known of the end.</summary>
    public string Detail => detail;

    /// <summary>Whether the command ended with exit code 0, as far as anybody says: kubectl takes a lost connection for that (kubernetes#73056).</summary>
    public bool IsOrderly { get; init; }
}
