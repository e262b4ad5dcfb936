using System.CommandLine;
using Sshpod.Clusters;
using Sshpod.Doctor;

namespace Sshpod.Commands;

/// <summary><c>sshpod doctor</c>: walks every hop of a connection and reports the state of each.</summary>
public static class DoctorCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var host = new Argument<string?>("HOST")
        {
            Description =
            "host name of a container, as for ssh ([USER@]HOST); without it, check what all hosts share",
            Arity = ArgumentArity.ZeroOrOne
        };
        var noConnect = new Option<bool>("--no-connect")
        { Description = "look at the container, but put no server there and do not connect" };
        var sshConfig = new Option<FileInfo>("--ssh-config",
            "-F")
        { Description = "ssh configuration to use instead of your own, as for ssh -F", HelpName = "PATH" };
        var output = new Option<string>("--output", "-o")
        {
            Description = "output format: text or json",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => "text"
        };
        output.AcceptOnlyFromAmong("text", "json");
        var command = new Command("doctor", "Check every hop of a connection, and say who can change what.") { host,
            noConnect, sshConfig, output };
        command.SetAction((arguments, cancellation) => RunAsync(
            arguments.GetValue(host), arguments.GetValue(sshConfig)?.FullName, !arguments.GetValue(noConnect),
            arguments.GetValue(output) == "json", cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string? destination, string? sshConfig, bool connect, bool asJson,
        CancellationToken cancellation)
    {
        List<Finding> checks = [];
        var lines = new DoctorLines(Console.Out, DoctorLines.MayColour);
        var walk = new Walk(asJson ? checks.Add : lines.Write, cancellation);
        await new Diagnosis(walk, Snapshot.Take(), destination, sshConfig, connect).RunAsync();
        if (asJson)
            Console.WriteLine(new DoctorReport(destination, walk.Worst, checks).ToJson());
        return walk.Worst == CheckOutcome.Failure ? 1 : 0;
    }
}
