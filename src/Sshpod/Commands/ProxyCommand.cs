using System.CommandLine;
using Sshpod.Clusters;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Transports;
using Sshpod.Connections;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Targets;
using Sshpod.Terminal;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Commands;

/// <summary><c>sshpod proxy</c>: what ssh runs as its ProxyCommand. stdin and stdout are the ssh stream.</summary>
public static class ProxyCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Option<string>("--host") { Description = "host name that ssh was given (%n, or %h)", Required = true };
        var user = new Option<string>("--user") { Description = "login name (%r), for messages" };
        var port = new Option<string>("--port") { Description = "port (%p); ignored" };
        var shared = new Option<bool>("--shared") { Description = "ssh may carry further sessions over the connection" };
        var command = new Command("proxy", "Carry one ssh connection to a container; ssh runs this as its ProxyCommand.") { host,
            user, port, shared };
        command.SetAction((arguments, cancellation) =>
        {
            var given = new GivenHost(arguments.GetRequiredValue(host));
            return arguments.GetValue(shared)
                ? RunSharedAsync(given, arguments.GetValue(user), Snapshot.Take(), cancellation)
                : RunAsync(given, arguments.GetValue(user), Snapshot.Take(), null, cancellation);
        });
        return command;
    }

    private static PodAddress Resolve(GivenHost host, string? user, Snapshot snapshot)
    {
        user ??= SshParent.Current?.LoginNameAt(host.Text);
        var address = new AddressBook(snapshot.Settings.Aliases, snapshot.Kubeconfig).Find(host.Text, user);
        Log.Debug($"address {address}, user {user}");
        return address;
    }

    private static async Task<PublicKey> ClientKeyAsync(UserSettings settings, CancellationToken cancellation)
    {
        var identity = settings.ClientIdentity;
        var isNewToSsh = identity.Own is null && ClientKey.LacksPrivateHalf;
        var key = await identity.EnsureAsync(settings.Access.Limit, cancellation);
        return !isNewToSsh ? key : throw new SshpodException(
            $"{ClientKey.File} was missing: sshpod has made a new key, but ssh has read the old one", "connect again");
    }

    /// <summary>Runs one connection, from the host name to the last byte.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="user">The login name.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="sharing">Who hears of it, if the connection may be shared; otherwise null.</param>
    /// <param name="cancellation">Ends it.</param>
    private static async Task<int> RunAsync(
        GivenHost host, string? user, Snapshot snapshot, Sharing? sharing, CancellationToken cancellation)
    {
        var address = Resolve(host, user, snapshot);
        var grace = snapshot.Settings.Resume;
        using var line = new OutageLine(snapshot.Settings.ResumeLine);
        var clientKey = await ClientKeyAsync(snapshot.Settings, cancellation);
        var cluster = Transport.Choose(snapshot, address.Context);
        await using var connection = await Connection.OpenAsync(
            cluster, host, address, snapshot, clientKey, isShared: sharing is not null,
            container => new ResumeOptions(grace)
            {
                Report = new OutageReport(line.Paused, line.Resumed),
                Lost = sharing?.Lost,
                Ticket = (id, key) => PausedConnections.Write(host.Text, container.ContainerId, id, key),
                Dead = () => [.. PausedConnections.Dead(container.ContainerId)
                    .Select(dead => new DeadTunnel(dead.Id, dead.Key, dead.Forget))],
            }, cancellation);
        Log.Debug("tunnel open");
        // ssh may kill us at any time from here on.
        ClientCertificate.Forget();
        sharing?.Opened(connection);
        await using var ssh = StandardPipes.Open();
        var unasked = UnaskedVariables.Line(Environment.GetEnvironmentVariable);
        if (!await new StdioPump(ssh, connection.Tunnel, unasked, StandardPipes.IsReaderGone).RunAsync(cancellation))
        {
            var end = await connection.ExplainEndAsync(cancellation);
            // Told before anything is closed, which may take seconds: once ssh sees the end it leaves, and ends its proxy.
            line.Dispose();
            Log.Error(end);
            return SshpodException.ExitCode;
        }
        Log.Debug("connection ended");
        return 0;
    }

    /// <summary>
    /// Runs a connection that may be shared: claims its name while it lives, and detaches it from the terminal that opened it.
    /// </summary>
    private static async Task<int> RunSharedAsync(GivenHost host, string? user, Snapshot snapshot, CancellationToken cancellation)
    {
        var isOpen = false;
        try
        {
            using var claim = await SharedConnections.HoldAsync(host, snapshot, cancellation);
            return await RunAsync(host, user, snapshot, new Sharing(connection =>
            {
                isOpen = true;
                claim.Allow(connection.Since, connection.Until);
            }, claim.SetLost), cancellation);
        }
        catch (SshpodException e) when (!isOpen && Log.IsDiscarded)
        {
            await Disconnect.SendAsync(e.Line);
            throw;
        }
    }

    /// <summary>Who hears of a connection that may be shared.</summary>
    /// <param name="Opened">Called when its tunnel is open.</param>
    /// <param name="Lost">Told when an outage begins and ends: until then no other session may join.</param>
    private sealed record Sharing(Action<Connection> Opened, Action<bool> Lost);
}
