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

    private static async Task<int> RunAsync(string host, string? user, CancellationToken cancellation)
    {
        var address = HostName.Parse(host);
        Log.Debug($"address {address}, user {user}");

        var clientKey = await ClientKey.EnsureAsync(cancellation);
        var cluster = Transport.Choose(address.Context);
        var container = await Resolution.ResolveAsync(cluster, address, cancellation);
        Log.Debug($"found {container}");

        var server = await new Bootstrap(cluster, container, clientKey).StartAsync(cancellation);
        Log.Debug($"server on port {server.Port}");

        await KnownHosts.SetAsync(host, server.HostKey, cancellation);
        await using var tunnel = await PortForwardTunnel.OpenAsync(cluster, container, server.Port, cancellation);
        Log.Debug("tunnel open");

        if (await new StdioPump(tunnel).RunAsync(cancellation) is { } broken)
            throw new SshpodException($"the connection to {container} broke off: {broken.Message}", "connect again");
        Log.Debug("connection ended");
        return 0;
    }
}
