using System.CommandLine;
using Sshpod.Addressing;
using Sshpod.Clusters;
using Sshpod.Server;
using Sshpod.Ssh;
using Sshpod.Terminal;
using Sshpod.Tunnels;

namespace Sshpod.Commands;

/// <summary><c>sshpod proxy</c>: what ssh runs as its ProxyCommand. stdin and stdout are the ssh stream.</summary>
public static class ProxyCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Option<string>("--host") { Description = "host name that ssh was given (%n)", Required = true };
        var user = new Option<string>("--user") { Description = "login name (%r)" };
        var command = new Command("proxy", "Carry one ssh connection to a container; ssh runs this as its ProxyCommand.") { host, user };
        command.SetAction((arguments, cancellation) => RunAsync(arguments.GetRequiredValue(host), arguments.GetValue(user), cancellation));
        return command;
    }

    /// <summary>Starts the server and connects to it; once more with a fresh one, when it runs and does not answer.</summary>
    private static async Task<PortForwardTunnel> ConnectAsync(ICluster cluster, PodContainer container, string host, Bootstrap bootstrap, CancellationToken cancellation)
    {
        for (var fresh = false; ; fresh = true)
        {
            try
            {
                var server = await bootstrap.StartAsync(fresh, cancellation);
                Log.Debug($"server on port {server.Port}");
                await KnownHosts.SetAsync(host, server.HostKey, cancellation);
                UsedContainers.Add(cluster.Context, container);
                return await PortForwardTunnel.OpenAsync(cluster, container, server, cancellation);
            }
            catch (UnresponsiveServerException e) when (!fresh)
            {
                Log.Debug($"{e.Message}: again with a fresh server");
            }
        }
    }

    private static async Task<int> RunAsync(string host, string? user, CancellationToken cancellation)
    {
        var address = AddressBook.Current.Find(host, user);
        Log.Debug($"address {address}, user {user}");

        var clientKey = await ClientKey.EnsureAsync(cancellation);
        var cluster = Transport.Choose(address.Context);
        var container = await Waiting.ResolveAsync(cluster, address, cancellation);
        Log.Debug($"found {container}");

        await using var tunnel = await ConnectAsync(cluster, container, host, new Bootstrap(cluster, container, clientKey), cancellation);
        Log.Debug("tunnel open");

        if (!await new StdioPump(tunnel).RunAsync(cancellation)
            && (await tunnel.ExplainEndAsync(cancellation))?.Message is var said
            && (await Disappearance.ExplainAsync(cluster, container, cancellation) ?? said) is { } reason)
            throw new SshpodException($"the connection to {container} broke off: {reason}", "connect again");
        Log.Debug("connection ended");
        return 0;
    }
}
