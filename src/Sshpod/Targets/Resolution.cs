using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Resolves what the user asked for to one running container.</summary>
internal static class Resolution
{
    /// <summary>Looks the address up in the cluster: one request for a pod, two for an object that has pods, three for a cronjob.</summary>
    /// <returns>One running container, or what is starting: see <see cref="Waiting"/>.</returns>
    /// <exception cref="SshpodException">There is nothing to connect to; the message says what was found.</exception>
    public static async Task<Availability<PodContainer>> ResolveAsync(
        IClusterObjects cluster, PodAddress address, UserSettings settings, CancellationToken cancellation)
    {
        var pod = await FindPodAsync(cluster, address, cancellation);
        return pod.Found is { } found ? ChooseContainer(found, address, settings) : pod.Starting!;
    }

    /// <summary>The second step: from a pod to one of its containers.</summary>
    /// <exception cref="SshpodException">No such container, several to choose from, or it does not run and is not starting.</exception>
    public static Availability<PodContainer> ChooseContainer(Pod pod, PodAddress address, UserSettings settings) =>
        ContainerChoice.Choose(pod, address.Container, settings.Container);

    /// <summary>The first step: from the target to a pod.</summary>
    /// <exception cref="SshpodException">No pod can be connected to; the message says what was found.</exception>
    public static async Task<Availability<Pod>> FindPodAsync(IClusterObjects cluster, PodAddress address, CancellationToken cancellation)
    {
        var (kind, ns, name) = (address.Kind, address.Namespace, address.Target);
        while (true)
        {
            var row = TargetTable.Row(kind);
            switch (await row.ReadAsync(cluster, ns, name, cancellation))
            {
                case Lead.ToPod lead:
                    return lead.Pod;
                case Lead.ToNext lead:
                    (kind, ns, name) = (row.Next!.Value, lead.Namespace, lead.Name);
                    continue;
                case PodSearch search:
                    return await ChooseAsync(search, row.Lists.Contains(Resources.ReplicaSets));
            }
        }

        async Task<Availability<Pod>> ChooseAsync(PodSearch search, bool withReplicaSets)
        {
            // An empty selector would list every pod in the namespace.
            if (search.Selector?.ToString() is not { Length: > 0 })
                throw new SshpodException($"{search} selects no pods", "name a pod instead");
            var list = await cluster.ListPodsAsync(search.Namespace, search.Selector, withReplicaSets, cancellation);
            var memory = new ChosenPod(address with { Container = null, Namespace = search.Namespace });
            var pod = PodChoice.Choose(search, list, memory.Read());
            if (pod.Found is { } found)
                memory.Write(found.Metadata.Uid);
            return pod;
        }
    }
}
