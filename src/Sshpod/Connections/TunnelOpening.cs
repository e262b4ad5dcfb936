using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Ssh;
using Sshpod.Terminal;
using Sshpod.Tunnels;

namespace Sshpod.Connections;

/// <summary>Brings a server up in a container and opens a tunnel to it, of a kind that <see cref="TunnelChoice"/> allows.</summary>
/// <param name="cluster">How the container is reached.</param>
/// <param name="container">The container.</param>
/// <param name="forced">The tunnel that the user wants; null for whatever works.</param>
/// <param name="bootstrap">Brings the server up.</param>
/// <param name="record">Records the server's host key before ssh sees the server's first byte, and the server if it listens.</param>
public sealed class TunnelOpening(Cluster cluster, PodContainer container, TunnelKind? forced, Bootstrap bootstrap,
    Func<PublicKey, RemoteServer?, Task> record)
{
    /// <summary>Opens the tunnel.</summary>
    /// <exception cref="SshpodException">None of the tunnels works; the message is about the last one.</exception>
    public Task<Tunnel> OpenAsync(CancellationToken cancellation)
    {
        var tunnels = new Ways<TunnelKind>(
            "tunnel", TunnelChoice.Order(forced, container), TunnelMemory.Of(cluster.Objects, container));
        return tunnels.FirstAsync((kind, isLast) => OpenAsync(kind, isLast, cancellation), e => e is TunnelRefusedException,
            // Each tunnel begins with an exec, which would fail again.
            isFinal: e => e is ContainerNotFoundException or NodeUnreachableException or ShellNotFoundException or ShellDeniedException
                or HelperException or EphemeralRefusedException);
    }

    private async Task<Tunnel> OpenAsync(TunnelKind kind, bool isLast, CancellationToken cancellation)
    {
        Log.Debug($"tunnel: {kind}");
        return kind == TunnelKind.Exec ? await OpenExecAsync(isLast, cancellation) : await OpenPortForwardAsync(isLast, cancellation);
    }

    private async Task<Tunnel> OpenExecAsync(bool isLast, CancellationToken cancellation)
    {
        var session = await bootstrap.StartSessionAsync(cancellation);
        try
        {
            await record(session.HostKey, null);
        }
        catch
        {
            await session.Exec.DisposeAsync();
            throw;
        }
        try
        {
            return await ExecTunnel.OpenAsync(session, container, cancellation);
        }
        catch (UnresponsiveServerException e) when (!isLast)
        {
            throw new TunnelRefusedException(e);
        }
    }

    /// <summary>Starts the server and connects to it; retries once with a fresh one if it runs but does not answer.</summary>
    private async Task<Tunnel> OpenPortForwardAsync(bool isLast, CancellationToken cancellation)
    {
        var (fresh, wasCut) = (false, false);
        while (true)
        {
            var server = await bootstrap.StartAsync(fresh, cancellation);
            Log.Debug($"server on port {server.Port}");
            await record(server.HostKey, server);
            try
            {
                return await PortForwardTunnel.OpenAsync(cluster.Streams, container, server, TunnelLimits.Banner, cancellation);
            }
            catch (UnresponsiveServerException e) when (e.IsCut && !wasCut)
            {
                // A fresh server would be no answer to that.
                Log.Debug($"{e.Message}: again, since the stream broke");
                wasCut = true;
            }
            catch (UnresponsiveServerException e) when (!e.IsCut && !fresh && (isLast || !e.IsSilent))
            {
                fresh = true;
                Log.Debug($"{e.Message}: again with a fresh server");
            }
            catch (SshpodException e) when (!isLast)
            {
                throw new TunnelRefusedException(e);
            }
        }
    }

    /// <summary>This kind of tunnel does not work here; another may well reach the container.</summary>
    private sealed class TunnelRefusedException(SshpodException reason) : Exception(reason.Message, reason);
}
