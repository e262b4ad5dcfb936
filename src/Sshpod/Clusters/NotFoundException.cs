using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>The API server has no such object, or no such namespace.</summary>
/// <inheritdoc cref="SshpodException(string, string?)"/>
public sealed class NotFoundException(string message, string hint) : SshpodException(message, hint);
