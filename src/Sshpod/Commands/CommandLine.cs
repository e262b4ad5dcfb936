using System.CommandLine;
using System.CommandLine.Help;

namespace Sshpod.Commands;

/// <summary>Commands that are used on the same occasion.</summary>
/// <param name="Occasion">The occasion, in a few words: a heading of <c>sshpod help</c>.</param>
/// <param name="Commands">The commands.</param>
public sealed record CommandGroup(string Occasion, params Command[] Commands);

/// <summary>All commands, in the order in which a user meets them; help keeps that order.</summary>
public static class CommandLine
{
    /// <summary>Describes the command line.</summary>
    public static RootCommand Create() => Create(
        new("Once", ConfigureCommand.Create(), CompletionCommand.Create()),
        new("To find containers", ListCommand.Create()),
        new("When something is wrong", DoctorCommand.Create(), DebugCommand.Create()),
        new("When you are done", CleanCommand.Create()),
        new("About sshpod", HelpCommand.Create(), VersionCommand.Create()),
        new("Run by ssh", ProxyCommand.Create(), ShareCommand.Create()));

    private static RootCommand Create(params CommandGroup[] groups)
    {
        var root = new RootCommand("ssh into any Kubernetes pod as if it were a machine:\n\n  ssh root@pod--NAME.namespace--NS.sshpod")
        { HelpName = "sshpod" };
        foreach (var command in groups.SelectMany(group => group.Commands))
            root.Add(command);

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new Help(groups, (HelpAction)help.Action!);
        return root;
    }
}
