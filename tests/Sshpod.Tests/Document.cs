using System.Text.RegularExpressions;

namespace Sshpod.Tests;

/// <summary>A fenced block of a document.</summary>
/// <param name="Language">Its first word: <c>console</c> is what a reader types, with names to fill in; <c>sh</c> runs as it is.</param>
/// <param name="File">
/// The file whose content it is, if the line before it ends in <c>`NAME`:</c>; null otherwise, and for what is typed.
/// </param>
/// <param name="Body">Its lines.</param>
public sealed partial record Block(string Language, string? File, string Body)
{
    private string[] Lines => Body.Split('\n');

    /// <summary>Whether it shows the output of commands, with made-up names: it is not to be typed as it is.</summary>
    public bool IsExample => Language == "console" && Lines.Any(line => line.Length > 0 && !Typed().IsMatch(line));

    /// <summary>What a shell can run. A continuation line begins with <c>&gt; </c>.</summary>
    public IEnumerable<string> Commands => IsExample ? [] : Shown;

    /// <summary>The same, including examples.</summary>
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

/// <summary>A heading and the blocks below it, up to the next heading.</summary>
public sealed record Section(string Document, string Heading, IReadOnlyList<Block> Blocks);

/// <summary>A document of the project.</summary>
public static partial class Document
{
    /// <summary>The root of the project.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    /// <summary>The sections of a document; the text before the first heading is a section without one.</summary>
    /// <param name="name">Its path, relative to the project's root.</param>
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
        new(part["language"].Value, part["file"].Success && part["language"].Value is not ("console" or "sh") ? part["file"].Value : null,
            part["body"].Value);

    // Match a block as a whole, since a comment in it looks like a heading.
    [GeneratedRegex(@"(`(?<file>[^`\n]+)`:\n\n)?^```(?<language>\w*)\n(?<body>(?:.*\n)*?)```$|^#+ (?<heading>.*)$", RegexOptions.Multiline)]
    private static partial Regex Part();
}
