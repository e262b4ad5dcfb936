using System.Text.RegularExpressions;

namespace Sshpod.Tests;

/// <summary>A fenced block of a document.</summary>
/// <param name="Language">Its first word: <c>console</c> is what a reader
/// types, with names to fill in; <c>sh</c> can be run as it is.</param>
/// <param name="File">The name of the file whose content it is: the line before it ends in <c>`NAME`:</c>. Else null.</param>
/// <param name="Body">Its lines.</param>
public sealed partial record Block(string Language, string? File, string Body)
{
    private string[] Lines => Body.Split('\n');

    /// <summary>Whether it shows what commands print, with names made up: it is not to be typed as it stands.</summary>
    public bool IsExample => Language == "console" && Lines.Any(line => line.Length > 0 && !Typed().IsMatch(line));

    /// <summary>What a shell can run. A line that continues the one before it begins with <c>&gt; </c>.</summary>
    public IEnumerable<string> Commands => IsExample ? [] : Shown;

    /// <summary>The same, those of examples included.</summary>
    public IEnumerable<string> Shown => Language switch
    {
        "sh" => Lines.Where(line => line.Length > 0 && line[0] != '#'),
        "console" => Command().Matches(Body).Where(command => !command.Groups["answer"].Success)
            .Select(command => command.Groups["text"].Value.Replace("\n> ", "\n", StringComparison.Ordinal)),
        _ => [],
    };

    /// <summary>Commands that open a shell in a container, each with what is then typed there.</summary>
    public IEnumerable<(string Command, string Typed)> Dialogues => Language != "console" ? [] : Command().Matches(Body)
        .Where(command => command.Groups["answer"].Success)
        .Select(command => (command.Groups["text"].Value, command.Groups["answer"].Value));

    [GeneratedRegex(@"^(\$ |> |root@[^# ]+# )")]
    private static partial Regex Typed();

    [GeneratedRegex(@"^\$ (?<text>.*(\n> .*)*)(\nroot@[^# \n]+# (?<answer>.*))?", RegexOptions.Multiline)]
    private static partial Regex Command();
}

/// <summary>A heading and what stands below it, up to the next.</summary>
public sealed record Section(string Document, string Heading, IReadOnlyList<Block> Blocks);

/// <summary>A document of the project.</summary>
public static partial class Document
{
    /// <summary>The project's folder.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    /// <summary>The sections of a document; what stands before the first heading is one without.</summary>
    /// <param name="name">Its path from the project's folder.</param>
    public static IReadOnlyList<Section> Sections(string name)
    {
        var sections = new List<Section> { new(name, "", []) };
        foreach (Match part in Part().Matches(System.IO.File.ReadAllText(Path.Combine(Root, name))))
            if (part.Groups["heading"] is { Success: true } heading)
                sections.Add(new(name, heading.Value, []));
            else
                sections[^1] = sections[^1] with { Blocks = [.. sections[^1].Blocks, Block(part.Groups)] };
        return sections;
    }

    private static Block Block(GroupCollection part) =>
        new(part["language"].Value, part["file"].Success ? part["file"].Value : null, part["body"].Value);

    // A block is matched as a whole: a comment in it looks like a heading.
    [GeneratedRegex(@"(`(?<file>[^`\n]+)`:\n\n)?^```(?<language>\w*)\n(?<body>(?:.*\n)*?)```$|^#+ (?<heading>.*)$", RegexOptions.Multiline)]
    private static partial Regex Part();
}
