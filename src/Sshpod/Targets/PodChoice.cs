using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>The object whose pods are chosen from.</summary>
/// <param name="Kind">What the user asked for: the pods of a cronjob's job belong to the job.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="MakesPods">Whether it is about to make pods when there are none.</param>
/// <param name="Failure">Why it cannot make any; null when it says nothing of the kind.</param>
public sealed record PodOwner(TargetKind Kind, ObjectMeta Metadata, bool MakesPods = false, string? Failure = null)
{
    /// <summary>Reads what owns the pods that it selects.</summary>
    public static PodOwner Of(TargetKind kind, Workload workload)
    {
        var conditions = workload.Status?.Conditions?.Where(condition => condition.Status == "True").ToArray() ?? [];
        var failure = conditions.FirstOrDefault(condition => condition.Type == "ReplicaFailure")?.Message;
        return new PodOwner(kind, workload.Metadata, failure is null && kind switch
        {
            TargetKind.DaemonSet => workload.Status is not { ObservedGeneration: > 0, DesiredNumberScheduled: 0 or null },
            TargetKind.Job or TargetKind.CronJob =>
                workload.Spec?.Suspend != true && !conditions.Any(condition => condition.Type is "Complete" or "Failed"),
            _ => workload.Spec?.Replicas != 0,
        }, failure);
    }

    /// <summary>How messages name it.</summary>
    public override string ToString() => $"{Name} \"{Metadata.Name}\" in namespace \"{Metadata.Namespace}\"";

    /// <summary>Its own kind, as kubectl names it.</summary>
    public string Name => HostName.Prefix(Kind == TargetKind.CronJob ? TargetKind.Job : Kind);
}

/// <summary>Decides which of several pods is meant.</summary>
public static class PodChoice
{
    /// <summary>
    /// Takes the pod of the last connection while it runs, so that an editor finds its files again; else the oldest Ready one.
    /// Only pods that the owner controls itself or through a ReplicaSet count: equal
    /// labels are no proof, except for a service, which selects by nothing else.
    /// </summary>
    /// <param name="owner">Whose pods.</param>
    /// <param name="list">The pods, and ReplicaSets where asked for, with its labels.</param>
    /// <param name="lastUid">UID of the pod of the last connection; null when there was none.</param>
    /// <exception cref="SshpodException">No pod of it can be connected to.</exception>
    public static Pod Choose(PodOwner owner, PodList list, string? lastUid)
    {
        var owners = list.ReplicaSets.Where(set => IsControlledBy(set.Metadata, [owner.Metadata.Uid]))
            .Select(set => set.Metadata.Uid).Append(owner.Metadata.Uid).ToHashSet();
        var owned = list.Pods.Where(pod => owner.Kind == TargetKind.Service || IsControlledBy(pod.Metadata, owners)).ToArray();
        var alive = owned.Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase == "Running").ToArray();

        return alive.FirstOrDefault(pod => pod.Metadata.Uid == lastUid)
            ?? alive.Where(IsReady).OrderBy(pod => pod.Metadata.CreationTimestamp)
            .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal).FirstOrDefault()
            ?? throw NoneReady(owner, owned);
    }

    private static bool IsControlledBy(ObjectMeta child, HashSet<string> owners) =>
        child.OwnerReferences?.Any(owner => owner.Controller == true && owners.Contains(owner.Uid)) == true;

    private static bool IsReady(Pod pod) => pod.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static SshpodException NoneReady(PodOwner owner, Pod[] owned)
    {
        const int shown = 3;
        var states = owned.Take(shown).Select(pod => $"{pod.Metadata.Name} {State(pod)}").Concat(owned.Length > shown ? ["…"] : []);
        var pods = owned.Length == 0 ? "no pods at all" : $"{owned.Length} not ready: {string.Join(", ", states)}";
        var message = $"{owner} has no ready pod ({pods}{(owner.Failure is null ? "" : $": {owner.Failure}")})";
        var hint = $"see kubectl describe {owner.Name} {owner.Metadata.Name} -n {owner.Metadata.Namespace}";

        var coming = owned.Where(pod => pod.Metadata.DeletionTimestamp is null && Startup.IsPossible(pod, null)).ToArray();
        if (coming.Length > 0)
            return new StartingException(message, hint,
                $"{owner.Name} \"{owner.Metadata.Name}\": {coming[0].Metadata.Name} {State(coming[0])}", coming.All(Startup.NeedsNode));
        // Those that are being deleted or have ended are replaced; those that cannot start are not.
        return owner.MakesPods && owned.All(pod => pod.Metadata.DeletionTimestamp is not null || Startup.HasEnded(pod))
            ? new StartingException(message, hint, $"{owner.Name} \"{owner.Metadata.Name}\": a new pod")
            : new SshpodException(message, hint);
    }

    // What `kubectl get pods` shows in its STATUS column, near enough, and the reason of what cannot start.
    private static string State(Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null ? "Terminating"
        : Startup.Obstacle(pod)
        ?? (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? [])
            .Select(status => status.State?.Waiting?.Reason).FirstOrDefault(reason => reason is not null)
        ?? pod.Status.Reason ?? pod.Status.Phase ?? "Unknown";
}
