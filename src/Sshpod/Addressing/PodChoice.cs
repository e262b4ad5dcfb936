using Sshpod.Clusters;
using Sshpod.Terminal;

namespace Sshpod.Addressing;

/// <summary>Decides which pod of a deployment or job is meant.</summary>
public static class PodChoice
{
    /// <summary>
    /// Takes the pod of the last connection while it runs, so that an editor finds its files again; else the oldest Ready one.
    /// Only pods that the workload controls itself or through a ReplicaSet count: equal labels are no proof.
    /// </summary>
    /// <param name="kind">What <paramref name="workload"/> is.</param>
    /// <param name="workload">The deployment or job.</param>
    /// <param name="list">The pods and ReplicaSets with its labels.</param>
    /// <param name="lastUid">UID of the pod of the last connection; null when there was none.</param>
    /// <exception cref="SshpodException">No pod of it can be connected to.</exception>
    public static Pod Choose(TargetKind kind, Workload workload, PodList list, string? lastUid)
    {
        var owners = list.ReplicaSets.Where(set => IsControlledBy(set.Metadata, [workload.Metadata.Uid]))
            .Select(set => set.Metadata.Uid).Append(workload.Metadata.Uid).ToHashSet();
        var owned = list.Pods.Where(pod => IsControlledBy(pod.Metadata, owners)).ToArray();
        var alive = owned.Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase == "Running").ToArray();

        return alive.FirstOrDefault(pod => pod.Metadata.Uid == lastUid)
            ?? alive.Where(IsReady).OrderBy(pod => pod.Metadata.CreationTimestamp).ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal).FirstOrDefault()
            ?? throw NoneReady(kind, workload, owned);
    }

    private static bool IsControlledBy(ObjectMeta child, HashSet<string> owners) =>
        child.OwnerReferences?.Any(owner => owner.Controller == true && owners.Contains(owner.Uid)) == true;

    private static bool IsReady(Pod pod) => pod.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static SshpodException NoneReady(TargetKind kind, Workload workload, Pod[] owned)
    {
        const int shown = 3;
        var states = owned.Take(shown).Select(pod => $"{pod.Metadata.Name} {State(pod)}").Concat(owned.Length > shown ? ["…"] : []);
        var pods = owned.Length == 0 ? "no pods at all" : $"{owned.Length} not ready: {string.Join(", ", states)}";
        var name = $"{HostName.Prefix(kind)} \"{workload.Metadata.Name}\" in namespace \"{workload.Metadata.Namespace}\"";
        return new SshpodException($"{name} has no ready pod ({pods})",
            $"see kubectl describe {HostName.Prefix(kind)} {workload.Metadata.Name} -n {workload.Metadata.Namespace}");
    }

    // What `kubectl get pods` shows in its STATUS column, near enough.
    private static string State(Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null ? "Terminating"
        : (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? [])
            .Select(status => status.State?.Waiting?.Reason).FirstOrDefault(reason => reason is not null)
        ?? pod.Status.Reason ?? pod.Status.Phase ?? "Unknown";
}
