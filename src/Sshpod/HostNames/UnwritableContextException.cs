using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.HostNames;

/// <summary>
/// The name of a context has characters that a host name cannot hold, such as those of an ARN. An alias helps; a caller that knows the
/// existing aliases gives a better hint.
/// </summary>
/// <param name="context">The context.</param>
public sealed class UnwritableContextException(string context) : SshpodException(
    $"context \"{context}\" cannot be written in a host name", $"give it an alias under aliases.contexts in {ClientDirectory.Settings}")
{
    /// <summary>The context.</summary>
    public string Context { get; } = context;
}
