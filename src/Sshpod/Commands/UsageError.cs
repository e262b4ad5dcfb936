using System.CommandLine;
using System.CommandLine.Parsing;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary>What is wrong with a command line.</summary>
public static class UsageError
{
    /// <summary>The exit code of sshpod for a usage error.</summary>
    public const int ExitCode = 2;

    /// <summary>The first error, with what was probably meant; null if there is none.</summary>
    public static SshpodException? Find(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        var help = result.Command is RootCommand ? "sshpod help" : $"sshpod help {result.Command.Name}";
        // A misspelled option is parsed as the argument if a command has one. None of our arguments begins with "-".
        var arguments = result.Children.OfType<ArgumentResult>().Where(argument => argument.Argument.Arity.MaximumNumberOfValues == 1);
        string[] words = [.. parsed.UnmatchedTokens, .. result.Command.Hidden ? [] : arguments.SelectMany(argument => argument.Tokens)
            .Select(token => token.Value)];
        var word = words.FirstOrDefault(word => word.StartsWith('-')) ?? (parsed.UnmatchedTokens is [var unmatched, ..] ? unmatched : null);
        if (word is not null)
            return NotUnderstood(word, result.Command, help);
        return parsed.Errors is [var error, ..] ? new SshpodException(Sentence(error.Message), $"see {help}") : null;
    }

    private static SshpodException NotUnderstood(string word, Command command, string help)
    {
        var name = command is RootCommand ? "sshpod" : $"sshpod {command.Name}";
        if (word.StartsWith('-'))
            return new SshpodException($"{name} has no option \"{word}\"", DidYouMean(word, Options(command)) ?? $"see {help}");
        // As in `sshpod root@pod--web.sshpod`.
        if (command is RootCommand && word.EndsWith(".sshpod", StringComparison.OrdinalIgnoreCase))
            return new SshpodException($"\"{word}\" is a host name, not a command", $"run ssh {word}");
        return command.Subcommands.Count > 0
            ? new SshpodException($"{name} has no command \"{word}\"",
                DidYouMean(word, command.Subcommands.Select(other => other.Name)) ?? $"{help} lists them")
            : new SshpodException($"\"{word}\" is one argument too many for {name}", $"see {help}");
    }

    private static IEnumerable<string> Options(Command command) =>
        command.Options.Where(option => !option.Hidden).SelectMany(option => option.Aliases.Append(option.Name)).Append("--help");

    private static string? DidYouMean(string word, IEnumerable<string> candidates) =>
        (candidates.FirstOrDefault(candidate => candidate.StartsWith(word, StringComparison.Ordinal))
            ?? Spelling.Nearest(word, candidates)) is { } nearest
            ? $"did you mean \"{nearest}\"?"
            : null;

    // System.CommandLine writes "Option '--host' is required."
    private static string Sentence(string message) => char.ToLowerInvariant(message[0]) + message[1..].TrimEnd('.');
}
