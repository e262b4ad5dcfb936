using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Decides which of several pods is meant.</summary>
internal static class PodChoice
{
    /// <summary>
    /// Chooses the pod of the last connection while it runs, so that an editor finds its files again; else the oldest Ready one. Only pods
    /// that the owner controls, directly or through a ReplicaSet, count: matching labels prove nothing, except for a service, which has
    /// nothing else to select by.
    /// </summary>
    /// <param name="search">Which pods were looked for.</param>
    /// <param name="list">The pods with the labels, and the ReplicaSets if requested.</param>
    /// <param name="lastUid">UID of the pod of the last connection; null if there was none.</param>
    /// <exception cref="SshpodException">None of its pods can be connected to, and none is starting.</exception>
    public static Availability<Pod> Choose(PodSearch search, PodList list, string? lastUid)
    {
        var owners = list.ReplicaSets.Where(set => set.Metadata.Controller?.Uid == search.Uid)
            .Select(set => set.Metadata.Uid).Append(search.Uid).ToHashSet();
        var owned = list.Pods.Where(pod => search.Uid is null || owners.Contains(pod.Metadata.Controller?.Uid)).ToArray();
        var alive = owned.Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Status.Phase == "Running").ToArray();

        var chosen = alive.FirstOrDefault(pod => pod.Metadata.Uid == lastUid)
            ?? alive.Where(IsReady).OrderBy(pod => pod.Metadata.CreationTimestamp)
                .ThenBy(pod => pod.Metadata.Name, StringComparer.Ordinal).FirstOrDefault();
        return chosen is null ? NoneReady(search, owned) : chosen;
    }

    private static bool IsReady(Pod pod) => pod.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static Starting NoneReady(PodSearch search, Pod[] owned)
    {
        var owner = search.Owner;
        const int shown = 3;
        var states = owned.Take(shown).Select(pod => $"{pod.Metadata.Name} {State(pod)}").Concat(owned.Length > shown ? ["…"] : []);
        var pods = owned.Length == 0 ? "no pods at all" : $"{owned.Length} not ready: {string.Join(", ", states)}";
        var message = $"{search} has no ready pod ({pods}{(search.Failure is null ? "" : $": {search.Failure}")})";
        var hint = $"see kubectl describe {owner.Kind} {owner.Name} -n {search.Namespace}";

        var coming = owned.Where(pod => pod.Metadata.DeletionTimestamp is null && Startup.IsPossible(pod, null)).ToArray();
        if (coming.Length > 0)
            return new Starting(message, hint,
                $"{owner.Kind} \"{owner.Name}\": {coming[0].Metadata.Name} {State(coming[0])}", coming.All(Startup.NeedsNode));
        // Pods that are being deleted or have ended are replaced; pods that cannot start are not.
        return search.MakesPods && owned.All(pod => pod.Metadata.DeletionTimestamp is not null || Startup.HasEnded(pod))
            ? new Starting(message, hint, $"{owner.Kind} \"{owner.Name}\": a new pod")
            : throw new SshpodException(message, hint);
    }

    // Roughly the STATUS column of `kubectl get pods`, plus the reason if the pod cannot start.
    private static string State(Pod pod) =>
        pod.Metadata.DeletionTimestamp is not null ? "Terminating"
        : Startup.Obstacle(pod)
        ?? (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? [])
            .Select(status => status.State?.Waiting?.Reason).FirstOrDefault(reason => reason is not null)
        ?? pod.Status.Reason ?? pod.Status.Phase ?? "Unknown";
}
