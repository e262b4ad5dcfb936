using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Settings;

namespace Sshpod.Connections;

/// <summary>Remembers where port-forward does not work, for each cluster and runtime class.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="container">A container in it.</param>
public sealed class TunnelMemory(IClusterObjects cluster, PodContainer container)
{
    private const string Exec = "exec";

    private static readonly CacheFolder<string> Folder = CacheFile.Texts("tunnels", ConnectionLimits.TunnelBelieved);

    private readonly CacheFile<string> _file = Folder.About(cluster.Context, $"{cluster.Server}", container.RuntimeClass);

    /// <summary>What worked last time; null if nothing is remembered.</summary>
    public TunnelKind? Read() => _file.Age < ConnectionLimits.TunnelBelieved && _file.Read()?.Trim() == Exec ? TunnelKind.Exec : null;

    /// <summary>Remembers what worked after another tunnel had failed.</summary>
    public void Write(TunnelKind kind)
    {
        if (kind == TunnelKind.PortForward)
            _file.Delete();
        else
            _file.Write(Exec);
    }
}
