using System.CommandLine;
using Sshpod.Clusters;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Transports;
using Sshpod.Connections;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Targets;
using Sshpod.Terminal;
using Sshpod.Tunnels;

namespace Sshpod.Commands;

/// <summary><c>sshpod proxy</c>: what ssh runs as its ProxyCommand. stdin and stdout are the ssh stream.</summary>
public static class ProxyCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Option<string>("--host") { Description = "host name that ssh was given (%n, or %h)", Required = true };
        var user = new Option<string>("--user") { Description = "login name (%r), for messages" };
        var port = new Option<string>("--port") { Description = "port (%p), which has no meaning here" };
        var shared = new Option<bool>("--shared") { Description = "ssh may carry further sessions over the connection" };
        var command = new Command("proxy", "Carry one ssh connection to a container; ssh runs this as its ProxyCommand.") { host,
            user, port, shared };
        command.SetAction((arguments, cancellation) => arguments.GetValue(shared)
            ? RunSharedAsync(arguments.GetRequiredValue(host), arguments.GetValue(user), Snapshot.Take(), cancellation)
            : RunAsync(arguments.GetRequiredValue(host), arguments.GetValue(user), Snapshot.Take(), null, cancellation));
        return command;
    }

    /// <summary>
    /// Runs a connection that may be shared: claims its name while it lives, and detaches it from the terminal that opened it.
    /// </summary>
    private static async Task<int> RunSharedAsync(string host, string? user, Snapshot snapshot, CancellationToken cancellation)
    {
        var isOpen = false;
        try
        {
            using var claim = await SharedConnections.HoldAsync(host, snapshot, cancellation);
            return await RunAsync(host, user, snapshot, connection =>
            {
                isOpen = true;
                claim.Allow(connection.Since, connection.Until);
            }, cancellation);
        }
        catch (SshpodException e) when (!isOpen && Log.IsDiscarded)
        {
            await Disconnect.SendAsync(e.Line);
            throw;
        }
    }

    /// <summary>Runs one connection.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="user">The login name.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="opened">Called when the tunnel is open, if the connection may be shared; otherwise null.</param>
    /// <param name="cancellation">Ends it.</param>
    private static async Task<int> RunAsync(string host, string? user, Snapshot snapshot, Action<Connection>? opened,
        CancellationToken cancellation)
    {
        user ??= SshParent.Current?.LoginNameAt(host);
        var address = new AddressBook(snapshot.Settings.Aliases, snapshot.Kubeconfig).Find(host, user);
        Log.Debug($"address {address}, user {user}");

        var identity = snapshot.Settings.ClientIdentity;
        var isNewToSsh = identity.Own is null && ClientKey.LacksPrivateHalf;
        var clientKey = await identity.EnsureAsync(snapshot.Settings.Access.Limit, cancellation);
        if (isNewToSsh)
            throw new SshpodException($"{ClientKey.File} was missing: both halves are new now, and this ssh has read the old one",
                "connect again");
        var cluster = Transport.Choose(snapshot, address.Context);
        await using var connection = await Connection.OpenAsync(
            cluster, host, address, snapshot, clientKey, opened is not null, cancellation);
        Log.Debug("tunnel open");
        // ssh may kill us at any time from here on.
        ClientCertificate.Forget();
        opened?.Invoke(connection);

        await using var ssh = StandardPipes.Open();
        if (!await new StdioPump(ssh, connection.Tunnel, UnaskedVariables.Line(Environment.GetEnvironmentVariable)).RunAsync(cancellation))
        {
            var end = await connection.Tunnel.EndAsync(cancellation);
            var reason = await Disappearance.ExplainAsync(cluster, connection.Container, cancellation)
                ?? Tunnel.Reason(end) ?? "its server, or something on the way there, has closed it";
            throw new SshpodException($"the connection to {connection.Container} broke off: {reason}", "connect again");
        }
        Log.Debug("connection ended");
        return 0;
    }
}
