using System.CommandLine;
using Sshpod.Clusters;
using Sshpod.Connections;
using Sshpod.Ssh;

namespace Sshpod.Commands;

/// <summary>
/// <c>sshpod share</c>: ssh runs it (<c>Match exec</c>) to ask whether it may share a connection. Exit code 0 is yes, 1 is no. The program
/// for Linux says yes before .NET starts, where that is plain: <c>build/static/share.c</c>.
/// </summary>
public static class ShareCommand
{
    /// <summary>The command, and the option that it needs, as ssh's configuration has them.</summary>
    public const string Name = "share", HostOption = "--host";

    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Option<string>(HostOption) { Description = "host name that ssh was given (%n)", Required = true };
        var command = new Command(Name, "Tell ssh whether a connection may be shared; ssh runs this.") { host };
        command.SetAction((arguments, cancellation) => RunAsync(arguments.GetRequiredValue(host), cancellation));
        return command;
    }

    /// <summary>Answers.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string host, CancellationToken cancellation) =>
        await SharedConnections.ClaimAsync(new GivenHost(host), Snapshot.Take(), cancellation) ? 0 : 1;
}
