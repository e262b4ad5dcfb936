using System.CommandLine;
using System.Globalization;
using Sshpod.Clusters;
using Sshpod.Completion;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Commands;

/// <summary>
/// <c>sshpod complete</c>: run by the scripts of <c>sshpod completion</c> at a TAB. It prints whole words, one per line, and never fails:
/// the user is in the middle of a command line.
/// </summary>
public static class CompleteCommand
{
    /// <summary>The first word of the command line.</summary>
    public const string Name = NameQuery.Command;

    private const string Host = "host", Line = "line";

    /// <summary>Runs it. There is no help, since only shells run it.</summary>
    /// <param name="words"><c>host PROGRAM WORD</c>, <c>line TEXT</c> or <c>refresh KIND NAMESPACE CONTEXT</c>.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Always 0.</returns>
    public static async Task<int> RunAsync(string[] words, CancellationToken cancellation)
    {
        try
        {
            switch (words)
            {
                case [Host, var program, { Length: > 0 } word]:
                    await PrintAsync(Hosts(program, word), cancellation);
                    break;
                case [Line, var line]:
                    await PrintAsync(Words(line), cancellation);
                    break;
                case [NameQuery.Refresh, var kind, var ns, var context]:
                    await RefreshAsync(new NameQuery(kind, OrNull(ns), OrNull(context)), cancellation);
                    break;
            }
        }
#pragma warning disable CA1031 // An exception would end in the user's prompt.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.Debug($"{e}");
        }
        return 0;
    }

    private static string? OrNull(string word) => word.Length == 0 ? null : word;

    private static Task PrintAsync(IEnumerable<string> words, CancellationToken cancellation) =>
        StandardOutput.WriteAsync(string.Concat(words.Where(IsOneWord).Select(word => $"{word}\n")), cancellation);

    // The scripts quote what is special to a shell. Words that would control a terminal, or that a script would split, are not offered.
    private static bool IsOneWord(string word) => word.Length > 0
        && word.All(c => char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator));

    private static IReadOnlyList<string> Hosts(string program, string word)
    {
        var snapshot = Snapshot.Take();
        return new HostCompletion(program, query => NameCache.LookUp(query, snapshot)).Complete(word);
    }

    private static async Task RefreshAsync(NameQuery query, CancellationToken cancellation)
    {
        // No prompts during completion: a credential plugin finds no terminal.
        ProcessSession.Leave();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(CompletionLimits.Refresh);
        await NameCache.RefreshAsync(query, Snapshot.Take(), limit.Token);
    }

    /// <summary>Commands, options and their values, as the command-line parser knows them, and host names where one is expected.</summary>
    private static IEnumerable<string> Words(string line)
    {
        // By whatever name the program was called.
        var rest = line.TrimStart().Split((char[]?)null, 2) is [_, var behind] ? behind : "";
        var text = $"{RootCommand.ExecutableName} {rest}";
        var word = rest[(rest.LastIndexOfAny([' ', '\t']) + 1)..];
        var parsed = CommandLine.Create().Parse(text);
        var isOption = word.StartsWith('-');
        var hosts = !isOption && parsed.CommandResult.Command.Arguments.Any(argument => argument.Name == "HOST")
            ? Hosts("sshpod", word) : [];
        return parsed.GetCompletions(text.Length).Select(completion => completion.InsertText ?? completion.Label)
            // The help option also has names from other systems.
            .Where(completion => completion.StartsWith(word, StringComparison.Ordinal) && completion.StartsWith('-') == isOption
                && completion is not ("-?" or "/?" or "/h"))
            .Concat(hosts).Distinct();
    }
}
