using System.CommandLine;
using Sshpod.Addressing;
using Sshpod.Clusters;
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
        var address = AddressBook.Current.Find(host, user);
        Log.Debug($"address {address}, user {user}");

        var clientKey = await ClientKey.EnsureAsync(cancellation);
        var cluster = Transport.Choose(address.Context);
        await using var connection = await Connection.OpenAsync(cluster, host, address, clientKey, cancellation);
        Log.Debug("tunnel open");

        var end = await new StdioPump(connection.Tunnel).RunAsync(cancellation);
        if (end != ConnectionEnd.BySsh)
        {
            var said = (await connection.Tunnel.ExplainEndAsync(cancellation))?.Message ?? (end == ConnectionEnd.AfterSsh ? null : "its server, or something on the way there, has closed it");
            if ((await Disappearance.ExplainAsync(cluster, connection.Container, cancellation) ?? said) is { } reason)
                throw new SshpodException($"the connection to {connection.Container} broke off: {reason}", "connect again");
        }
        Log.Debug("connection ended");
        return 0;
    }
}
