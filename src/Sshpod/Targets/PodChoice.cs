using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>The object that has the pods to choose from.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="MakesPods">Whether it is about to create pods if there are none.</param>
/// <param name="Failure">Why it cannot create any; null if it reports no such failure.</param>
public sealed record PodOwner(TargetKind Kind, ObjectMeta Metadata, bool MakesPods = false, string? Failure = null)
{
    /// <summary>Reads the owner from a workload.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="workload">The workload.</param>
    /// <param name="makesPods">Whether its controller will create pods for it, unless that fails.</param>
    public static PodOwner Of(TargetKind kind, Workload workload, Func<Workload, bool> makesPods)
    {
        var failure = workload.Status?.Conditions?
            .FirstOrDefault(condition => condition is { Type: "ReplicaFailure", Status: "True" })?.Message;
        return new PodOwner(kind, workload.Metadata, failure is null && makesPods(workload), failure);
    }

    /// <summary>How messages name it.</summary>
    public override string ToString() => $"{Name} \"{Metadata.Name}\" in namespace \"{Metadata.Namespace}\"";

    /// <summary>Its kind, as kubectl names it.</summary>
    public string Name => HostName.Prefix(Kind);
}

/// <summary>Decides which of several pods is meant.</summary>
public static class PodChoice
{
    /// <summary>
    /// Chooses the pod of the last connection while it runs, so that an editor finds its files again; else the oldest Ready one. Only pods
    /// that the owner controls, directly or through a ReplicaSet, count: matching labels prove nothing, except for a service, which has
    /// nothing else to select by.
    /// </summary>
    /// <param name="owner">The object that has the pods.</param>
    /// <param name="list">The pods that match its selector, and the ReplicaSets if requested.</param>
    /// <param name="lastUid">UID of the pod of the last connection; null if there was none.</param>
    /// <exception cref="SshpodException">None of its pods can be connected to.</exception>
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
        // Pods that are being deleted or have ended are replaced; pods that cannot start are not.
        return owner.MakesPods && owned.All(pod => pod.Metadata.DeletionTimestamp is not null || Startup.HasEnded(pod))
            ? new StartingException(message, hint, $"{owner.Name} \"{owner.Metadata.Name}\": a new pod")
            : new SshpodException(message, hint);
    }

    // Roughly the STATUS column of `kubectl get pods`, plus the reason if the pod cannot start.
    private static string State(Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null ? "Terminating"
        : Startup.Obstacle(pod)
        ?? (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? [])
            .Select(status => status.State?.Waiting?.Reason).FirstOrDefault(reason => reason is not null)
        ?? pod.Status.Reason ?? pod.Status.Phase ?? "Unknown";
}
