using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// A WebSocket was refused. kubectl may still succeed: it uses POST, which needs other rights, and older versions use SPDY, which passes
/// other proxies.
/// </summary>
/// <param name="reason">What the server said.</param>
internal sealed class UpgradeRefusedException(SshpodException reason) : SshpodException(reason.Message, reason.Hint);
