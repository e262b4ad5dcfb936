using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Connections;

/// <summary>
/// Remembers where port-forward does not work, in one small file per cluster and runtime class. A file that is lost or wrong costs one
/// attempt; after a day it is ignored, since rights and networks change.
/// </summary>
/// <param name="cluster">The cluster.</param>
/// <param name="container">A container in it.</param>
public sealed class TunnelMemory(IClusterObjects cluster, PodContainer container)
{
    private const string Exec = "exec";

    private static readonly TimeSpan Believed = TimeSpan.FromDays(1);

    // Hashed, since a URL cannot be a file name.
    private readonly string _file = Path.Combine(ClientDirectory.Cache, "tunnels",
        Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes($"{cluster.Context}\n{cluster.Server}\n{container.RuntimeClass}")))[..32]);

    /// <summary>What worked last time; null if nothing is remembered.</summary>
    public TunnelKind? Read()
    {
        try
        {
            return File.Exists(_file) && File.GetLastWriteTimeUtc(_file) > DateTime.UtcNow - Believed
                && File.ReadAllText(_file).Trim() == Exec ? TunnelKind.Exec : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Remembers what worked after another tunnel had failed.</summary>
    public void Write(TunnelKind kind)
    {
        try
        {
            if (kind == TunnelKind.PortForward)
            {
                File.Delete(_file);
                return;
            }
            ClientDirectory.Create(Path.GetDirectoryName(_file)!);
            ClientDirectory.Replace(_file, Exec);
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            Log.Debug($"tunnel not remembered: {e.Message}");
        }
    }
}
