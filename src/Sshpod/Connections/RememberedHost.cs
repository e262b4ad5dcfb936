using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.HostNames;
using Sshpod.Ssh;

namespace Sshpod.Connections;

/// <summary>What a memory is about: a host name, and what it means. Under two kubeconfigs one name may mean different containers.</summary>
/// <param name="Name">What ssh was given, in lower case.</param>
/// <param name="Meaning">A digest of kubeconfig, context and address.</param>
public sealed record RememberedHost(string Name, string Meaning)
{
    /// <summary>The host as this cluster and address make it.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="cluster">The cluster, in the context that is meant.</param>
    /// <param name="address">What the name stands for.</param>
    /// <param name="kubeconfig">The kubeconfig.</param>
    public static RememberedHost Of(string host, ICluster cluster, PodAddress address, KubeconfigFiles kubeconfig)
    {
        // Which context is the current one, and what it says, is known from the content of the files; a context that is named stays the
        // same whatever else changes in them, as long as it is one of this server.
        var context = cluster.Context is { } name ? $"context {name}" : $"current {HostMeaning.KubeconfigDigest(kubeconfig)}";
        var files = kubeconfig.All.Select(file => Path.GetFullPath(file.Path));
        var parts = string.Join('\0', [.. files, context, $"{cluster.Server}", Describe(address)]);
        return new RememberedHost(KnownHosts.Name(host), Hash(parts));
    }

    /// <summary>The name of a file about it.</summary>
    internal string File => $"{Prefix(Name)}{Meaning}";

    /// <summary>How the names of all files about a host name begin. Hashed: a host name can be longer than a file name may be.</summary>
    internal static string Prefix(string host) => $"{Hash(KnownHosts.Name(host))}-";

    // An alias may bring in names with dots: each part on its own.
    private static string Describe(PodAddress address) =>
        string.Join('\n', address.Kind, address.Target, address.Container, address.Namespace, address.Context);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
}
