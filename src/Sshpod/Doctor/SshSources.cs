using System.Globalization;
using System.Text.RegularExpressions;

namespace Sshpod.Doctor;

/// <summary>
/// Finds where ssh got an option. <c>ssh -vvv -G</c> tells which files it reads and which Host and Match blocks apply, in order; the first
/// value of each keyword wins.
/// </summary>
/// <param name="blocks">What applies: a file, and the line after which its block begins; 0 for what precedes the first block.</param>
/// <param name="read">Reads a file; null if it cannot be read.</param>
internal sealed partial class SshSources(IReadOnlyList<(string File, int Line)> blocks, Func<string, string?> read)
{
    /// <summary>Parses what <c>ssh -vvv -G</c> prints on stderr.</summary>
    public static SshSources Parse(string said, Func<string, string?> read)
    {
        List<(string File, int Line)> blocks = [];
        (string File, int Line)? match = null;
        foreach (var line in said.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (Reading().Match(line) is { Success: true } reading)
                blocks.Add((reading.Groups["file"].Value, 0));
            else if (Applying().Match(line) is { Success: true } applying)
                blocks.Add(Where(applying));
            else if (Matched().Match(line) is { Success: true } matched)
                match = Where(matched);
            else if (line.EndsWith("match found", StringComparison.Ordinal) && match is { } found)
                blocks.Add(found);
            else if (line.StartsWith("debug2: checking match for ", StringComparison.Ordinal))
                match = null;
        }
        return new SshSources(blocks, read);

        static (string File, int Line) Where(Match match) =>
            (match.Groups["file"].Value, int.TryParse(match.Groups["line"].ValueSpan, CultureInfo.InvariantCulture, out var number) ? number
                : 0);
    }

    /// <summary>Whether ssh has read this file.</summary>
    public bool HasRead(string file) => blocks.Any(block => SshPath.IsSame(block.File, file));

    /// <summary>Where the first of these keywords is set.</summary>
    /// <returns>
    /// Such as <c>line 3 of /home/me/.ssh/config (Host *)</c>; null if unknown: it is a default, or from the command line.
    /// </returns>
    public string? Find(params ReadOnlySpan<string> keywords)
    {
        if (First(keywords) is not var (block, index))
            return null;
        var (file, line) = blocks[block];
        var lines = read(file)!.Split('\n');
        return $"line {index + 1} of {file}{(line > 0 && line <= lines.Length ? $" ({lines[line - 1].Trim()})" : "")}";
    }

    /// <summary>Whether the first of these keywords is set in this file.</summary>
    public bool IsIn(string file, params ReadOnlySpan<string> keywords) =>
        First(keywords) is var (block, _) && SshPath.IsSame(blocks[block].File, file);

    /// <summary>Whether the first of these keywords is set after this file was read.</summary>
    public bool IsBelow(string file, params ReadOnlySpan<string> keywords) =>
        First(keywords) is var (block, _) && blocks.Take(block).Any(earlier => SshPath.IsSame(earlier.File, file));

    private (int Block, int Line)? First(ReadOnlySpan<string> keywords)
    {
        for (var block = 0; block < blocks.Count; block++)
        {
            var lines = read(blocks[block].File)?.Split('\n') ?? [];
            for (var i = blocks[block].Line; i < lines.Length; i++)
            {
                var keyword = Keyword(lines[i]);
                if (keyword is "host" or "match")
                    break;
                if (keywords.Contains(keyword))
                    return (block, i);
            }
        }
        return null;
    }

    // "Keyword value", "keyword=value", "Keyword \"value\""
    private static string Keyword(string line) => line.Trim().Split([' ', '\t', '=', '"'], 2)[0].ToLowerInvariant();

    [GeneratedRegex("^debug1: Reading configuration data (?<file>.+)$")]
    private static partial Regex Reading();

    [GeneratedRegex(@"^debug1: (?<file>.+) line (?<line>\d+): Applying options for ")]
    private static partial Regex Applying();

    [GeneratedRegex(@"^debug3: (?<file>.+) line (?<line>\d+): (not )?matched ")]
    private static partial Regex Matched();
}
