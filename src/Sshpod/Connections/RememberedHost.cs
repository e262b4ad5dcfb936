using Sshpod.Clusters;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Ssh;

namespace Sshpod.Connections;

/// <summary>What a memory is about: a host name and its meaning. Under two kubeconfigs one name may mean different containers.</summary>
/// <param name="Name">What ssh was given, in lower case.</param>
/// <param name="Meaning">A digest of kubeconfig, context and address.</param>
public sealed record RememberedHost(string Name, string Meaning)
{
    /// <summary>The host, with its meaning in this cluster.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="cluster">The cluster, in the context that is meant.</param>
    /// <param name="address">What the name stands for.</param>
    /// <param name="kubeconfig">The kubeconfig.</param>
    public static RememberedHost Of(GivenHost host, IClusterObjects cluster, PodAddress address, KubeconfigFiles kubeconfig)
    {
        // The contents of the files decide which context is current and what it says; a named context stays the same whatever else changes,
        // as long as its server is this one.
        var context = cluster.Context is { } name ? $"context {name}" : $"current {HostMeaning.KubeconfigDigest(kubeconfig)}";
        var files = kubeconfig.All.Select(file => Path.GetFullPath(file.Path));
        return new RememberedHost(host.Folded, CacheFile.Name([.. files, context, $"{cluster.Server}", Describe(address)]));
    }

    /// <summary>The name of the file about it.</summary>
    internal string File => $"{Prefix(Name)}{Meaning}";

    /// <summary>Prefix of the names of all files about a host name.</summary>
    /// <param name="name">The name, in lower case.</param>
    internal static string Prefix(string name) => $"{CacheFile.Name(name)}-";

    // An alias may bring in names with dots, so each part gets its own line.
    private static string Describe(PodAddress address) =>
        string.Join('\n', address.Kind, address.Target, address.Container, address.Namespace, address.Context);
}
