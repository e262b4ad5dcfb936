using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Resolves what the user asked for to one running container.</summary>
public static class Resolution
{
    /// <summary>Looks the address up in the cluster: one request for a pod, two for an object that has pods, three for a cronjob.</summary>
    /// <exception cref="StartingException">The target is not there yet, but is starting: see <see cref="Waiting"/>.</exception>
    /// <exception cref="SshpodException">There is nothing to connect to; the message says what was found.</exception>
    public static async Task<PodContainer> ResolveAsync(
        IClusterObjects cluster, PodAddress address, UserSettings settings, CancellationToken cancellation) =>
        ChooseContainer(await FindPodAsync(cluster, address, cancellation), address, settings);

    /// <summary>The second step: from a pod to one of its containers.</summary>
    /// <exception cref="SshpodException">No such container, several to choose from, or it is not running.</exception>
    public static PodContainer ChooseContainer(Pod pod, PodAddress address, UserSettings settings) =>
        ContainerChoice.Choose(pod, address.Container, settings.Container);

    /// <summary>The first step: from the target to a pod.</summary>
    /// <exception cref="SshpodException">No pod can be connected to; the message says what was found.</exception>
    public static async Task<Pod> FindPodAsync(IClusterObjects cluster, PodAddress address, CancellationToken cancellation)
    {
        var (ns, name) = (address.Namespace, address.Target);
        return address.Kind switch
        {
            TargetKind.Pod => await cluster.GetAsync(Resources.Pods, ns, name, cancellation),
            TargetKind.Deployment => await OwnedAsync(Resources.Deployments, ns, name),
            TargetKind.StatefulSet => await OwnedAsync(Resources.StatefulSets, ns, name),
            TargetKind.DaemonSet => await OwnedAsync(Resources.DaemonSets, ns, name),
            TargetKind.ReplicaSet => await OwnedAsync(Resources.ReplicaSets, ns, name),
            TargetKind.Job => await OwnedAsync(Resources.Jobs, ns, name),
            TargetKind.CronJob => await OfNewestJobAsync(await cluster.GetAsync(Resources.CronJobs, ns, name, cancellation)),
            TargetKind.Service => await SelectedAsync(await cluster.GetAsync(Resources.Services, ns, name, cancellation)),
            _ => throw new ArgumentOutOfRangeException(nameof(address)),
        };

        async Task<Pod> OwnedAsync(Resource<Workload> resource, string? ns, string name)
        {
            var workload = await cluster.GetAsync(resource, ns, name, cancellation);
            var owner = PodOwner.Of(address.Kind, workload);
            return await ChooseAsync(owner, workload.Spec?.Selector, withReplicaSets: resource == Resources.Deployments);
        }

        async Task<Pod> OfNewestJobAsync(CronJob cronJob)
        {
            // The controller appends each job as it starts it.
            var job = cronJob.Status?.Active is [.., var newest] ? newest.Name : throw new SshpodException(
                $"cronjob \"{cronJob.Metadata.Name}\" in namespace \"{cronJob.Metadata.Namespace}\" has no active job",
                $"start one: kubectl create job NAME -n {cronJob.Metadata.Namespace} --from=cronjob/{cronJob.Metadata.Name}, and connect "
                + $"to job--NAME");
            return await OwnedAsync(Resources.Jobs, cronJob.Metadata.Namespace, job);
        }

        Task<Pod> SelectedAsync(Service service) =>
            ChooseAsync(new PodOwner(address.Kind, service.Metadata), new LabelSelector(service.Spec?.Selector), withReplicaSets: false);

        async Task<Pod> ChooseAsync(PodOwner owner, LabelSelector? selector, bool withReplicaSets)
        {
            // An empty selector would list every pod in the namespace.
            if (selector?.ToString() is not { Length: > 0 })
                throw new SshpodException($"{owner} selects no pods", "name a pod instead");
            var list = await cluster.ListPodsAsync(owner.Metadata.Namespace, selector, withReplicaSets, cancellation);
            var memory = new ChosenPod(address with { Container = null, Namespace = owner.Metadata.Namespace });
            var pod = PodChoice.Choose(owner, list, memory.Read());
            memory.Write(pod.Metadata.Uid);
            return pod;
        }
    }
}
