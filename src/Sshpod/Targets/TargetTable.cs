using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>
/// What sshpod knows about each kind of target: one row each. The grammar of host names has the same rows, see <see cref="TargetKind"/>.
/// Resolution, completion and the rights that <c>sshpod doctor</c> asks for are made from this table; tests compare documents with it.
/// </summary>
internal static class TargetTable
{
    /// <summary>All rows, in the order of the grammar.</summary>
    public static IReadOnlyList<TargetRow> Rows { get; } =
    [
        Row(TargetKind.Pod, Resources.Pods, pod => new Lead.ToPod(pod)),
        Workload(TargetKind.Deployment, Resources.Deployments, WantsReplicas) with { Lists = [Resources.Pods, Resources.ReplicaSets] },
        Workload(TargetKind.StatefulSet, Resources.StatefulSets, WantsReplicas),
        Workload(TargetKind.DaemonSet, Resources.DaemonSets, HasNodes),
        Workload(TargetKind.ReplicaSet, Resources.ReplicaSets, WantsReplicas),
        Workload(TargetKind.Job, Resources.Jobs, IsActive),
        Row(TargetKind.CronJob, Resources.CronJobs, NewestJob) with { Next = TargetKind.Job },
        Row(TargetKind.Service, Resources.Services, Selected) with { Lists = [Resources.Pods] },
    ];

    /// <summary>The row of a kind.</summary>
    public static TargetRow Row(TargetKind kind) => Rows.First(row => row.Kind == kind);

    private static TargetRow Row<T>(TargetKind kind, Resource<T> resource, Func<T, Lead> read) =>
        new(kind, resource, async (cluster, ns, name, cancellation) => read(await cluster.GetAsync(resource, ns, name, cancellation)));

    private static TargetRow Workload(TargetKind kind, Resource<Workload> resource, Func<Workload, bool> makesPods) =>
        Row(kind, resource, workload =>
        {
            var (meta, selector) = (workload.Metadata, workload.Spec?.Selector);
            var failure = workload.Status?.Conditions?
                .FirstOrDefault(condition => condition is { Type: "ReplicaFailure", Status: "True" })?.Message;
            return new PodSearch(new PodOwner(resource.Kind, meta.Name), meta.Namespace, selector, meta.Uid,
                failure is null && makesPods(workload), failure);
        }) with
        { Lists = [Resources.Pods] };

    private static bool WantsReplicas(Workload workload) => workload.Spec?.Replicas != 0;

    private static bool HasNodes(Workload daemonSet) =>
        daemonSet.Status is not { ObservedGeneration: > 0, DesiredNumberScheduled: 0 or null };

    private static bool IsActive(Workload job) => job.Spec?.Suspend != true
        && job.Status?.Conditions?.Any(condition => condition is { Type: "Complete" or "Failed", Status: "True" }) != true;

    // The controller appends each job as it starts it.
    private static Lead.ToNext NewestJob(CronJob cronJob) =>
        cronJob.Status?.Active is [.., var newest] ? new Lead.ToNext(cronJob.Metadata.Namespace, newest.Name) : throw new SshpodException(
            $"cronjob \"{cronJob.Metadata.Name}\" in namespace \"{cronJob.Metadata.Namespace}\" has no active job",
            $"start one: kubectl create job NAME -n {cronJob.Metadata.Namespace} --from=cronjob/{cronJob.Metadata.Name}, and connect "
            + $"to job--NAME");

    private static PodSearch Selected(Service service) => new(new PodOwner(Resources.Services.Kind, service.Metadata.Name),
        service.Metadata.Namespace, new LabelSelector(service.Spec?.Selector));
}

/// <summary>A kind of target.</summary>
/// <param name="Kind">Its name in host names.</param>
/// <param name="Resource">Its objects: one is read to connect, and all are listed for completion.</param>
/// <param name="ReadAsync">Reads the object of a namespace (null for the one set on the context) and name.</param>
internal sealed record TargetRow(
    TargetKind Kind, Resource Resource, Func<IClusterObjects, string?, string, CancellationToken, Task<Lead>> ReadAsync)
{
    /// <summary>What is listed to find its pods; empty if nothing is.</summary>
    public IReadOnlyList<Resource> Lists { get; init; } = [];

    /// <summary>The kind of the object that the first one leads to; null if it leads to pods.</summary>
    public TargetKind? Next { get; init; }

    /// <summary>The rights that finding a pod needs.</summary>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The name of the target; null for any.</param>
    public IEnumerable<Right> Rights(string ns, string? name) =>
    [
        Resource.Right("get", ns, name),
        .. Next is { } next ? TargetTable.Row(next).Rights(ns, null) : Lists.Select(resource => resource.Right("list", ns)),
    ];
}

/// <summary>Where an object leads.</summary>
internal abstract record Lead
{
    /// <summary>It is the pod.</summary>
    public sealed record ToPod(Pod Pod) : Lead;

    /// <summary>Another object has the pods, of the kind that the row names as its next.</summary>
    public sealed record ToNext(string Namespace, string Name) : Lead;
}

/// <summary>It has the pods: those with the labels, and if it controls pods, only those that it controls.</summary>
/// <param name="Owner">The object.</param>
/// <param name="Namespace">Its namespace.</param>
/// <param name="Selector">The labels of its pods.</param>
/// <param name="Uid">Its UID, if it controls its pods, directly or through a ReplicaSet; null if the labels are all there is.</param>
/// <param name="MakesPods">Whether its controller is about to create pods if there are none.</param>
/// <param name="Failure">Why that fails; null if it reports no failure.</param>
internal sealed record PodSearch(
    PodOwner Owner, string Namespace, LabelSelector? Selector, string? Uid = null, bool MakesPods = false, string? Failure = null) : Lead
{
    /// <summary>How messages name the object.</summary>
    public override string ToString() => $"{Owner.Kind} \"{Owner.Name}\" in namespace \"{Namespace}\"";
}
