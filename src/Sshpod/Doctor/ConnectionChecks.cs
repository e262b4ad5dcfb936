using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Connections;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Ssh;
using Sshpod.Targets;
using Sshpod.Terminal;
using Sshpod.Tunnels;

namespace Sshpod.Doctor;

/// <summary>What a connection does once the container is known.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="container">The container.</param>
/// <param name="shell">Its shell.</param>
/// <param name="host">What ssh is given.</param>
/// <param name="snapshot">What the user has set up.</param>
internal sealed class ConnectionChecks(Cluster cluster, PodContainer container, ContainerShell shell, string host, Snapshot snapshot)
{
    private readonly IReadOnlyList<TunnelKind> _tunnels = TunnelChoice.Order(snapshot.Settings.Tunnel, container);

    private bool IsForwarded => _tunnels.Contains(TunnelKind.PortForward);

    /// <summary>Starts the server, and uploads it first if it is missing. If only exec is used, nothing listens.</summary>
    /// <param name="found">What was there before.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Finding<StartedServer>> StartAsync(Examination found, CancellationToken cancellation)
    {
        var how = found.Directory is null ? "uploaded and started" : "started";
        if (IsForwarded)
        {
            var server = await StartAsync(fresh: false, cancellation);
            return Finding.Ok(new StartedServer(server),
                $"{(found.Port == server.Port ? "runs" : how)} on port {server.Port}: {server.Program}");
        }
        await using var session = (await (await BootstrapAsync(cancellation)).StartSessionAsync(cancellation)).Exec;
        return Finding.Ok(new StartedServer(null), $"{how}; it listens on no port");
    }

    /// <summary>Connects by port-forward; retries once with a fresh server if it does not answer, as a connection does.</summary>
    /// <returns>The server's banner.</returns>
    public async Task<Finding<string>> PortForwardAsync(StartedServer started, CancellationToken cancellation)
    {
        if (started.Server is not { } server)
            return Finding.Skipped<string>("not used: connections go through exec");
        try
        {
            return Finding.Ok(await BannerAsync(PortForwardAsync(server, cancellation)), $"reaches port {server.Port}");
        }
        catch (UnresponsiveServerException e) when (!e.IsSilent || _tunnels.Count == 1)
        {
            Log.Debug($"{e.Message}: again with a fresh server");
            var fresh = await StartAsync(fresh: true, cancellation);
            return Finding.Warning(await BannerAsync(PortForwardAsync(fresh, cancellation)),
                $"{e.Message}, and was replaced by one on port {fresh.Port}", "find out what ends or stops processes there", Who.PodOwner);
        }
        catch (SshpodException e) when (_tunnels.Count > 1)
        {
            return new Finding<string>(CheckOutcome.Warning, $"{e.Message}; connections go through exec", null, e.Hint);
        }
    }

    /// <summary>Connects by exec.</summary>
    /// <param name="isNeeded">Whether there is no other way.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The server's banner.</returns>
    public async Task<Finding<string>> ExecAsync(bool isNeeded, CancellationToken cancellation)
    {
        if (!_tunnels.Contains(TunnelKind.Exec))
            return Finding.Skipped<string>("not used: connections go through port-forward");
        try
        {
            var session = await (await BootstrapAsync(cancellation)).StartSessionAsync(cancellation);
            return Finding.Ok(await BannerAsync(ExecTunnel.OpenAsync(session, container, cancellation)), "reaches a server of its own");
        }
        catch (SshpodException e) when (!isNeeded)
        {
            return new Finding<string>(CheckOutcome.Warning, $"{e.Message}; connections go through port-forward", null, e.Hint);
        }
    }

    /// <summary>Judges the server's banner.</summary>
    public static Finding<string> Banner(string banner) =>
        banner.StartsWith("SSH-2.0-OpenSSH_", StringComparison.Ordinal)
            ? Finding.Ok($"{banner}, from the bundle with OpenSSH {Bundles.OpenSshVersion}")
            : Finding.Failure<string>($"another server answers: {banner}", "see what listens in the container");

    private async Task<Access> AccessAsync(CancellationToken cancellation)
    {
        var (settings, limit) = (snapshot.Settings, snapshot.Settings.Access.Limit);
        return new Access(await settings.ClientIdentity.EnsureAsync(limit, cancellation), limit, settings.CleanEnvironment);
    }

    private Bootstrap BootstrapFor(Access access) => new(cluster.Streams, container, shell, access, snapshot.Settings);

    private async Task<Bootstrap> BootstrapAsync(CancellationToken cancellation) => BootstrapFor(await AccessAsync(cancellation));

    private async Task<RemoteServer> StartAsync(bool fresh, CancellationToken cancellation)
    {
        var (access, since) = (await AccessAsync(cancellation), DateTimeOffset.UtcNow);
        var server = await BootstrapFor(access).StartAsync(fresh, cancellation);
        // So that `sshpod clean --all` finds this one too.
        var address = new AddressBook(snapshot.Settings.Aliases, snapshot.Kubeconfig).Find(host);
        var name = RememberedHost.Of(new GivenHost(host), cluster.Objects, address, snapshot.Kubeconfig);
        RememberedServers.Add(new RememberedServer(
            name, cluster.Objects.Context, container, server, Bundles.Release, access, since, shell.Lent));
        return server;
    }

    private Task<Tunnel> PortForwardAsync(RemoteServer server, CancellationToken cancellation) =>
        PortForwardTunnel.OpenAsync(cluster.Streams, container, server, TunnelLimits.Banner, cancellation);

    private static async Task<string> BannerAsync(Task<Tunnel> opening)
    {
        await using var tunnel = await opening;
        return tunnel.Banner;
    }
}

/// <summary>A server that was started.</summary>
/// <param name="Server">The one that listens; null if only exec is used.</param>
internal sealed record StartedServer(RemoteServer? Server);
