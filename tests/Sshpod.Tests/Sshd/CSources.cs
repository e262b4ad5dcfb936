using System.Text.RegularExpressions;

namespace Sshpod.Tests.Sshd;

/// <summary>The C files of the server in the container, and which uses which, as their text shows without a compiler.</summary>
/// <param name="Order">The files, lowest first: the sections of the header.</param>
/// <param name="Declared">For each name, the file in whose section the header declares it.</param>
/// <param name="Files">The text of each file, by name.</param>
internal sealed partial record CSources(IReadOnlyList<string> Order, IReadOnlyDictionary<string, string> Declared,
    IReadOnlyDictionary<string, string> Files)
{
    /// <summary>By name, the file that defines a function or variable for others, including replacements of libc's.</summary>
    private Dictionary<string, string> Definitions { get; } = Files.SelectMany(
        file => Names(Defined(), file.Value).Select(name => (name, file.Key)))
        .ToDictionary(definition => definition.name, definition => definition.Key);

    /// <summary>Names that the header declares in the section of a file that does not define them.</summary>
    public IEnumerable<string> Misplaced => Declared
        .Where(name => Definitions.GetValueOrDefault(name.Key) != name.Value).Select(name => $"{name.Key} is not in {name.Value}");

    /// <summary>Each use of a name that another file defines.</summary>
    public IEnumerable<(string User, string Name, string Definer)> Uses => Files.SelectMany(file =>
    {
        HashSet<string> own = [.. Names(Own(), file.Value)];
        return Names(Used(), file.Value).Distinct().Where(name => !own.Contains(name))
            .Select(name => (file.Key, name, Definitions.GetValueOrDefault(name, file.Key))).Where(use => use.Item3 != file.Key);
    });

    /// <summary>The uses of a name that a file further down in the order defines.</summary>
    public IEnumerable<(string User, string Name, string Definer)> UsesAgainstTheOrder =>
        Uses.Where(use => Place(use.User) <= Place(use.Definer));

    public static CSources Read(string directory) => Parse(File.ReadAllText(Path.Combine(directory, "sshpod.h")),
        Directory.GetFiles(directory, "*.c").ToDictionary(file => Path.GetFileName(file), File.ReadAllText));

    public static CSources Parse(string header, IReadOnlyDictionary<string, string> files)
    {
        var sections = SectionOfHeader().Matches(header);
        return new CSources([.. sections.Select(section => section.Groups["file"].Value)],
            sections.SelectMany(section => Names(DeclaredName(), section.Groups["text"].Value)
                .Select(name => (name, section.Groups["file"].Value)))
                .ToDictionary(name => name.name, name => name.Value),
            files);
    }

    private int Place(string file) => Order.ToList().IndexOf(file);

    // Without comments, strings, and attributes, whose parentheses look like those of a function.
    private static IEnumerable<string> Names(Regex regex, string text) =>
        regex.Matches(Noise().Replace(text, "")).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"^/\* (?<file>\w+\.c): (?<text>.*?)(?=^/\* \w+\.c: |\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex SectionOfHeader();

    [GeneratedRegex("""/\*.*?\*/|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|__attribute__\(\((?:[^()]|\([^()]*\))*\)\)|^#\s*include.*?$""",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Noise();

    // In a header: "extern TYPE NAME;", "TYPE NAME(...);".
    [GeneratedRegex(@"^(?!typedef|enum|struct \w+ \{)[A-Za-z_][\w *]*?\b(?<name>\w+)\s*(?:\(.*\)\s*)?;", RegexOptions.Multiline)]
    private static partial Regex DeclaredName();

    // At the beginning of a line, without "static": "TYPE NAME(...) {", with
    // NAME on a line of its own or not, and "TYPE NAME;" or "TYPE NAME = ".
    [GeneratedRegex(
        @"^(?!static\b|extern\b|typedef\b|enum\b|return\b)[A-Za-z_](?:[\w *]|\n(?=\w+\())*?\b(?<name>\w+)"
            + @"(?:\((?:[^;{}]*)\)\s*\{|(?:\[[^\]]*\])?(?:\s*=[^=;]|;))",
        RegexOptions.Multiline)]
    private static partial Regex Defined();

    // The same, with "static".
    [GeneratedRegex(@"^static\b(?:[\w *]|\n(?=\w+\())*?\b(?<name>\w+)(?:\((?:[^;{}]*)\)\s*\{|(?:\[[^\]]*\])*(?:\s*=[^=;]|;))",
        RegexOptions.Multiline)]
    private static partial Regex Own();

    // A word that is not a member and not the tag of a struct.
    [GeneratedRegex(@"(?<![\w.]|->|struct )(?<name>[A-Za-z_]\w*)")]
    private static partial Regex Used();
}
