using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>A tunnel through port-forward to the server's port.</summary>
public static class PortForwardTunnel
{
    /// <summary>Connects to a server's port and waits for its banner.</summary>
    /// <param name="cluster">How the container is reached.</param>
    /// <param name="container">Where the server runs.</param>
    /// <param name="server">The server.</param>
    /// <param name="bannerLimit">How long the server may take to answer.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SshpodException">No port-forward, or the wrong ssh server or none behind it.</exception>
    public static async Task<Tunnel> OpenAsync(
        IClusterStreams cluster, PodContainer container, RemoteServer server, TimeSpan bannerLimit, CancellationToken cancellation)
    {
        using var progress = Progress.Begin($"connecting to the server in {container}");
        // kubectl refuses, and ways around that would have to be explored; exec works.
        if (!container.PodIsRunning)
            throw new SshpodException($"port-forward does not reach {container}: its pod is not Running yet",
                "set SSHPOD_TUNNEL, or tunnel in the settings, to auto: exec reaches it");
        var carrier = await cluster.PortForwardAsync(container, server.Port, cancellation);
        return await Tunnel.OpenAsync(carrier, container, server.Keys, $"on port {server.Port}", bannerLimit, cancellation);
    }
}
