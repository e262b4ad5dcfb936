using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;

namespace Sshpod.Connections;

/// <summary>Remembers where port-forward does not work, for each cluster and runtime class.</summary>
public static class TunnelMemory
{
    private static readonly CacheFolder<string> Folder = CacheFile.Texts("tunnels", ConnectionLimits.TunnelBelieved);

    /// <summary>What is remembered for pods like that of a container.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="container">A container in it.</param>
    public static WayMemory Of(IClusterObjects cluster, PodContainer container) =>
        new(Folder.About(cluster.Context, $"{cluster.Server}", container.RuntimeClass), ConnectionLimits.TunnelBelieved);
}
