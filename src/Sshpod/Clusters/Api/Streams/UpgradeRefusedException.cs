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
    /// <summary>
    /// Whether another protocol may pass: not with the wrong credentials, nor to a pod that does not exist, nor where we are redirected,
    /// since our credentials are for this server.
    /// </summary>
    public bool MayAnotherPass => status is not (401 or 404 or (>= 300 and < 400));

    /// <summary>How long a busy API server wants to be left alone; null if it did not say.</summary>
    public TimeSpan? RetryAfter => (reason as ClusterException)?.RetryAfter;

    /// <summary>Whether it will be refused again: a server that is busy or restarting takes the same protocol a moment later.</summary>
    public bool IsLasting => status is 101 or 400 or 403 or 405 or 426 or 501;
}
