using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Connections;
using Sshpod.HostNames;
using Sshpod.Server;
using Sshpod.Targets;

namespace Sshpod.Listing;

/// <summary>The running containers in a namespace or a cluster.</summary>
public static class ContainerListing
{
    /// <summary>Lists them by namespace and pod, and within a pod in its own order.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="scope">Which namespaces.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<IReadOnlyList<ListedContainer>> ReadAsync(
        IClusterObjects cluster, PodScope scope, Snapshot snapshot, CancellationToken cancellation)
    {
        // Pod UIDs are globally unique, whatever the context was called. An older bundle is replaced at the next connection.
        var used = RememberedServers.List().Where(server => server.Release == Bundles.Release)
            .Select(server => (server.Container.PodUid, server.Container.Container, server.Container.ContainerId)).ToHashSet();
        var (context, byDefault) = (WritableContext(cluster.Context, snapshot), snapshot.Settings.Container);
        var containers = await cluster.ListPodsAsync(
            scope, pod => ContainerChoice.Running(pod, byDefault).Select(running => ListedContainer.Of(
            pod, context, running.Container, running.Image, running.IsDefault,
            used.Contains((running.Container.PodUid, running.Container.Container, running.Container.ContainerId)))), cancellation);
        return [.. containers.OrderBy(container => container.Namespace, StringComparer.Ordinal)
            .ThenBy(container => container.Pod, StringComparer.Ordinal)];
    }

    /// <summary>
    /// How a host name names the context: by its name or its alias, or not at all if it is current and cannot be written.
    /// </summary>
    private static string? WritableContext(string? context, Snapshot snapshot)
    {
        if (context is null || HostName.CanHold(HostName.Context, context))
            return context;
        return snapshot.Settings.Aliases.Contexts.FirstOrDefault(alias => alias.Value == context).Key
            ?? (context == snapshot.Kubeconfig.CurrentContext ? null : context);
    }
}
