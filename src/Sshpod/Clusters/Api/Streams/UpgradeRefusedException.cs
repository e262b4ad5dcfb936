using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// A WebSocket was refused. kubectl may well be allowed to: it asks with POST, for which other rights count, and older ones ask for SPDY,
/// which other proxies let pass.
/// </summary>
/// <param name="reason">What the server said.</param>
internal sealed class UpgradeRefusedException(SshpodException reason) : SshpodException(reason.Message, reason.Hint);
