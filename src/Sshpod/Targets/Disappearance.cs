using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Finds out whether a connection ended because its container did.</summary>
public static class Disappearance
{
    /// <summary>Looks at the pod after the far side has closed the connection.</summary>
    /// <returns>What to tell the user; null if the container still runs, or if its state is unknown.</returns>
    public static async Task<string?> ExplainAsync(IClusterObjects cluster, PodContainer container, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(TargetLimits.Disappearance);
        try
        {
            var pod = await cluster.GetAsync(Resources.Pods, container.Namespace, container.Pod, limit.Token);
            return pod.Metadata.Uid != container.PodUid ? "the pod was replaced"
                : pod.Metadata.DeletionTimestamp is not null ? "the pod is being deleted"
                : ContainerChoice.IsRunning(pod, container) ? null
                : "the container has ended";
        }
        catch (NotFoundException)
        {
            return "the pod was deleted";
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
}
