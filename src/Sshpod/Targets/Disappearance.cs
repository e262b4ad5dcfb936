using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Finds out whether a connection ended because its container did.</summary>
public static class Disappearance
{
    /// <summary>Looks at the pod after the far side has closed the connection.</summary>
    /// <returns>What to tell the user; null if the container still runs.</returns>
    public static async Task<string?> ExplainAsync(IClusterObjects cluster, PodContainer container, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TargetLimits.Disappearance);
        try
        {
            return await FindAsync(cluster, container, limit.Token);
        }
        catch (SshpodException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer from the API server in {TargetLimits.Disappearance.TotalSeconds:0} s";
        }
    }

    /// <summary>Looks whether the container is gone for good.</summary>
    /// <returns>How it went; null if it still runs.</returns>
    /// <exception cref="SshpodException">That cannot be found out now.</exception>
    public static async Task<string?> FindAsync(IClusterObjects cluster, PodContainer container, CancellationToken cancellation)
    {
        try
        {
            var pod = await cluster.GetAsync(Resources.Pods, container.Namespace, container.Pod, cancellation);
            return pod.Metadata.Uid != container.PodUid ? "the pod was replaced"
                : pod.Metadata.DeletionTimestamp is not null ? "the pod is being deleted"
                : ContainerChoice.IsRunning(pod, container) ? null
                : "the container has ended";
        }
        catch (NotFoundException)
        {
            return "the pod was deleted";
        }
    }
}
