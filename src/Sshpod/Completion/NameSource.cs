using Sshpod.Clusters;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.HostNames;
using Sshpod.Listing;
using Sshpod.Targets;
using Sshpod.Terminal;

namespace Sshpod.Completion;

/// <summary>The names, straight from the cluster.</summary>
internal static class NameSource
{
    /// <summary>Asks the cluster.</summary>
    /// <returns>Names; for pods, the lines of <see cref="PodNames"/>. Names that a host name cannot hold are left out.</returns>
    public static async Task<IReadOnlyList<string>> AskAsync(NameQuery query, Snapshot snapshot, CancellationToken cancellation)
    {
        var (kind, ns, context) = query;
        var cluster = Transport.Choose(snapshot, context).Objects;
        if (kind == HostName.Prefix(TargetKind.Pod))
        {
            var containers = await ContainerListing.ReadAsync(cluster, new PodScope(ns), snapshot, cancellation);
            return [.. containers.Where(container => container.Host is not null).Select(container => PodNames.Of(container).ToString())];
        }
        ns ??= Kubeconfig.Read(snapshot.Kubeconfig, context)?.Namespace ?? "default";
        var names = kind == HostName.Namespace ? await cluster.ListNamesAsync(Resources.Namespaces, null, cancellation)
            : HostName.KindOf(kind) is { } target ? await cluster.ListNamesAsync(TargetTable.Row(target).Resource, ns, cancellation)
            : throw new SshpodException($"nothing is called \"{kind}\"");
        return [.. names.Where(name => HostName.CanHold(kind, name))];
    }
}
