using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Sshpod.Commands;

/// <summary><c>--help</c>: for sshpod itself, the commands by occasion; for a command, what System.CommandLine writes.</summary>
/// <param name="groups">The commands.</param>
/// <param name="ofCommand">The action of System.CommandLine.</param>
public sealed class Help(IReadOnlyList<CommandGroup> groups, HelpAction ofCommand) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not RootCommand root)
            return ofCommand.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(root.Description);
        var column = groups.SelectMany(group => group.Commands).Max(command => command.Name.Length) + 4;
        foreach (var group in groups)
        {
            output.WriteLine($"\n{group.Occasion}:");
            foreach (var command in group.Commands)
                output.WriteLine($"  {command.Name.PadRight(column)}{command.Description}");
        }
        output.WriteLine("\nRun 'sshpod help COMMAND' for one command, or 'man sshpod' for everything.");
        return 0;
    }
}
