using System.CommandLine;
using Sshpod.Clusters;
using Sshpod.Connections;
using Sshpod.Ssh;

namespace Sshpod.Commands;

/// <summary>
/// <c>sshpod share</c>: ssh runs it (<c>Match exec</c>) to ask whether it may share a connection. Exit code 0 is yes, 1 is no.
/// </summary>
public static class ShareCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Option<string>("--host") { Description = "host name that ssh was given (%n)", Required = true };
        var command = new Command("share", "Tell ssh whether a connection may be shared; ssh runs this.") { host };
        command.SetAction(async (arguments, cancellation) =>
            await SharedConnections.ClaimAsync(new GivenHost(arguments.GetRequiredValue(host)), Snapshot.Take(), cancellation) ? 0 : 1);
        return command;
    }
}
