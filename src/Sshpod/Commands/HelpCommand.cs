using System.CommandLine;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary><c>sshpod help</c>: the same as <c>--help</c>, as a command.</summary>
public static class HelpCommand
{
    /// <summary>Describes the command.</summary>
    public static Command Create()
    {
        var words = new Argument<string[]>("COMMAND")
        {
            Description = "the command to explain (default: list all commands)",
            Arity = ArgumentArity.ZeroOrMore
        };
        var command = new Command("help", "Explain sshpod, or one of its commands.") { words };
        command.SetAction(arguments =>
        {
            var asked = arguments.RootCommandResult.Command.Parse([.. arguments.GetValue(words) ?? [], "--help"]);
            if (UsageError.Find(asked) is not { } wrong)
                return asked.Invoke(arguments.InvocationConfiguration);
            Log.Error(wrong);
            return UsageError.ExitCode;
        });
        return command;
    }
}
