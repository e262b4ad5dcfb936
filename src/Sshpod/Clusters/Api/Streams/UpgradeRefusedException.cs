using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// A protocol for a stream was refused. Another may still pass: SPDY by POST and WebSockets by GET need different rights, and proxies
/// refuse the one or the other. So may kubectl, if it is older or newer than what we know.
/// </summary>
/// <param name="reason">What the server said.</param>
/// <param name="status">The status of the response; 101 when the protocol failed after it.</param>
internal sealed class UpgradeRefusedException(SshpodException reason, int status) : SshpodException(reason.Message, reason.Hint)
{
    /// <summary>Whether another protocol may pass: not with the wrong credentials, nor to a pod that does not exist.</summary>
    public bool IsAboutTheProtocol => status is not (401 or 404);
}
