using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Targets;
using Sshpod.Terminal;
using Sshpod.Tunnels;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Connections;

/// <summary>
/// An open tunnel to the server in the container that a host name means. A remembered server is dialled while the cluster is asked for the
/// container. If there is none, if it is out of date, or if access is about to expire, a bootstrap brings the server up and renews access.
/// </summary>
public sealed class Connection : IAsyncDisposable
{
    private readonly IClusterObjects _cluster;

    private Connection(IClusterObjects cluster, Duplex tunnel, RememberedServer server, AccessTime time)
    {
        _cluster = cluster;
        Tunnel = tunnel;
        Shell = server.Shell;
        Container = server.Container;
        Since = server.Since;
        Until = time.RenewalOf(server.Since, server.Access.Limit ?? TimeSpan.Zero);
    }

    /// <summary>Where the server runs.</summary>
    public PodContainer Container { get; }

    /// <summary>The tunnel to it.</summary>
    public Duplex Tunnel { get; }

    /// <summary>The shell that brought the server up, by its path there; null for the container's own.</summary>
    public string? Shell { get; }

    /// <summary>When the exec that gave access began.</summary>
    public DateTimeOffset Since { get; }

    /// <summary>When another exec is needed, for further sessions too.</summary>
    public DateTimeOffset Until { get; }

    /// <summary>Opens a connection. On return, ssh can be given the server's first byte: its host key is where ssh looks for it.</summary>
    /// <param name="cluster">How the container is reached.</param>
    /// <param name="host">What ssh was given.</param>
    /// <param name="address">What that means.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="clientKey">The key that logs in.</param>
    /// <param name="isShared">Whether sessions from other terminals may share it: then it leaves this terminal's session.</param>
    /// <param name="resuming">How long it may be paused, and who hears of that, once the container is known.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <param name="terms">On which terms a container without a shell gets a helper; null for those of the settings.</param>
    /// <exception cref="SshpodException">
    /// There is no container, no server can run in it, or the tunnel that the user wants is not available.
    /// </exception>
    public static async Task<Connection> OpenAsync(
        Cluster cluster, GivenHost host, PodAddress address, Snapshot snapshot, PublicKey clientKey, bool isShared,
        Func<PodContainer, ResumeOptions> resuming, CancellationToken cancellation, HelperTerms? terms = null)
    {
        // Invalid values throw here, before anything runs.
        var settings = snapshot.Settings;
        var forced = settings.Tunnel;
        var time = settings.Access;
        var access = new Access(clientKey, time.Limit, settings.CleanEnvironment);
        var name = RememberedHost.Of(host, cluster.Objects, address, snapshot.Kubeconfig);
        // First what takes longer.
        await using var dial = RememberedServers.Find(name) is { Server: not null } remembered
            && remembered.LetsIn(clientKey, time, access.CleanEnvironment, DateTimeOffset.UtcNow)
            && TunnelChoice.StartsWithPortForward(forced, remembered.Container)
            ? new Dial(cluster.Streams, remembered, cancellation) : null;
        var container = await Waiting.ResolveAsync(cluster.Objects, address, settings, cancellation);
        Log.Debug($"found {container}");

        if (dial is not null && await dial.TakeAsync(container) is { } tunnel)
        {
            try
            {
                LeaveIfShared();
                await RecordAsync(host, dial.Remembered, dial.Remembered.Server!.HostKey, cancellation);
            }
            catch
            {
                await tunnel.DisposeAsync();
                throw;
            }
            return Over(tunnel, dial.Remembered);
        }
        try
        {
            return await OpenToAsync(container);
        }
        catch (ContainerNotFoundException e)
        {
            // It has ended since we looked. If it comes again, or another in its place, that one is meant.
            Log.Debug($"{e.Message}: looking again");
            var next = await Waiting.ResolveAsync(cluster.Objects, address, settings, cancellation);
            if (next == container)
                throw;
            return await OpenToAsync(next);
        }

        async Task<Connection> OpenToAsync(PodContainer found)
        {
            var used = new RememberedServer(name, cluster.Objects.Context, found, null, Bundles.Release, access, DateTimeOffset.UtcNow);
            var shell = new ContainerShell(found, settings, RememberedServers.Find(name) is { } before && before.Container == found
                ? before.Shell : null);
            var helper = new Helper(cluster, found, settings, terms ?? HelperTerms.Of(settings, address, host.Text));
            var bootstrap = new Bootstrap(cluster.Streams, found, shell, access, settings, helper);
            var opening = new TunnelOpening(cluster, found, forced, bootstrap, (hostKey, server) =>
            {
                LeaveIfShared();
                used = used with { Server = server, Shell = shell.Lent };
                return RecordAsync(host, used, hostKey, cancellation);
            });
            return Over(await opening.OpenAsync(cancellation), used);
        }

        Connection Over(Tunnel open, RememberedServer server)
        {
            var way = new Reconnection(snapshot, address.Context, server, forced);
            return new Connection(
                cluster.Objects, ResumableTunnel.Over(open, way, resuming(server.Container), clientKey), server, time);
        }

        // After the requests for which a credential plugin may need the terminal, and before kubectl is started for the port-forward.
        void LeaveIfShared()
        {
            if (isShared)
                ProcessSession.Leave();
        }
    }

    /// <summary>Finds out why the tunnel ended before ssh did.</summary>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <returns>What to tell the user.</returns>
    public async Task<SshpodException> ExplainEndAsync(CancellationToken cancellation)
    {
        var end = await Tunnel.EndAsync(cancellation);
        // Of a resumable tunnel: it has asked the cluster, or it knows better.
        if (end is StreamEnd.Refused { Reason: ConnectionOverException over })
            return new SshpodException($"the connection to {Container} was lost: {over.Message}", over.Hint);
        var reason = await Disappearance.ExplainAsync(_cluster, Container, cancellation)
            ?? Tunnels.Tunnel.Reason(end) ?? "the server, or something on the way to it, closed it";
        return new SshpodException($"the connection to {Container} was lost: {reason}", "connect again");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Tunnel.DisposeAsync();

    private static Task RecordAsync(GivenHost host, RememberedServer server, PublicKey hostKey, CancellationToken cancellation)
    {
        RememberedServers.Add(server);
        return KnownHosts.SetAsync(host, hostKey, RememberedServers.Has, cancellation);
    }
}
