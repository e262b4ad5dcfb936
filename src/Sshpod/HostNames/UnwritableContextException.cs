using Sshpod.Terminal;

namespace Sshpod.HostNames;

/// <summary>
/// The name of a context has characters that no host name can hold, such as those of an ARN. It is thrown without a hint: an alias helps,
/// and this folder does not know which aliases there are.
/// </summary>
/// <param name="context">The context.</param>
public sealed class UnwritableContextException(string context) : SshpodException($"context \"{context}\" cannot be written in a host name")
{
    /// <summary>The context.</summary>
    public string Context { get; } = context;
}
