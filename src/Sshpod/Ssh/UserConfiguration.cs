using System.Text;

namespace Sshpod.Ssh;

/// <summary>
/// The content of the user's ssh configuration, and what sshpod adds and removes. We do not decode it: a string here has one character per
/// byte (Latin-1), so the rest of the file stays the same byte for byte.
/// </summary>
/// <param name="include">Our line: an <c>Include</c> of our own file.</param>
public sealed class UserConfiguration(string include)
{
    private const string Comment = "# sshpod: ssh into pods, see `sshpod configure --help`";
    private const string EarlierStart = "# >>> sshpod start", EarlierEnd = "# <<< sshpod end";
    private const string ByteOrderMark = "\u00EF\u00BB\u00BF";

    // What the earlier sshpod wrote between its markers: everything else there is the user's.
    private static readonly string[] EarlierLines =
    [
        "Host *.sshpod", "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /dev/null", "CheckHostIP no",
        "IdentityFile ~/.cache/sshpod/id_ed25519", "IdentitiesOnly yes", "BatchMode yes", "ForwardAgent yes",
    ];

    /// <summary>Text with one character per byte of its UTF-8 form.</summary>
    public static string FromUtf8(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    /// <summary>Whether our line is there, wherever the user has moved it.</summary>
    public bool IsIn(string content) => content.Split('\n').Any(line => line.Trim() == include);

    /// <summary>
    /// Adds our line at the top, because the first value that ssh obtains wins, and otherwise a <c>Host *</c> of the user's would.
    /// </summary>
    /// <param name="content">The user's file; null if there is none.</param>
    public string Add(string? content)
    {
        if (content is not null && IsIn(content))
            return content;
        // A new file has no empty line after ours: that is how Remove knows that there was no file.
        if (content is null)
            return $"{Comment}\n{include}\n";
        var (mark, rest) = Split(content);
        var end = EndOfLine(content);
        return $"{mark}{Comment}{end}{include}{end}{end}{rest}";
    }

    /// <summary>Removes our line and keeps every other byte.</summary>
    /// <returns>Null if nothing is left of a file that sshpod created.</returns>
    public string? Remove(string content)
    {
        var lines = Lines(content);
        var at = lines.FindIndex(line => Bare(line) == include);
        if (at < 0)
            return content;
        var count = 1;
        // An empty line after ours is ours too.
        var isSpaced = at + 1 < lines.Count && lines[at + 1].Trim().Length == 0;
        if (isSpaced)
            count++;
        if (at > 0 && Bare(lines[at - 1]) == Comment)
            (at, count) = (at - 1, count + 1);
        // A byte order mark precedes our first line.
        var mark = lines[at].StartsWith(ByteOrderMark, StringComparison.Ordinal) ? ByteOrderMark : "";
        lines.RemoveRange(at, count);
        var left = string.Concat(lines.Take(at)) + mark + string.Concat(lines.Skip(at));
        return left.Length == 0 && !isSpaced ? null : left;
    }

    /// <summary>Removes the block of the earlier sshpod.</summary>
    /// <param name="content">The user's file.</param>
    /// <param name="options">The user's own lines of that block; empty if there are none.</param>
    public static string TakeOver(string content, out string options)
    {
        var lines = Lines(content);
        var start = lines.FindIndex(line => line.Trim() == EarlierStart);
        var end = start < 0 ? -1 : lines.FindIndex(start, line => line.Trim() == EarlierEnd);
        options = "";
        // Without its end marker, we cannot tell what belongs to it.
        if (end < 0)
            return content;
        var own = lines[(start + 1)..end].Select(line => line.Trim())
            .Where(line => line.Length > 0 && !EarlierLines.Contains(line)
                && !line.StartsWith("ProxyCommand ", StringComparison.OrdinalIgnoreCase)).ToList();
        if (own.Count > 0)
            options = string.Concat(own.Select(line => $"    {line}\n").Prepend("Host *.sshpod\n"));
        // The earlier sshpod put an empty line before its block, and kept the block last in the file.
        if (end == lines.Count - 1 && start > 0 && lines[start - 1].Trim().Length == 0)
            start--;
        lines.RemoveRange(start, end - start + 1);
        return string.Concat(lines);
    }

    /// <summary>Options in the user's blocks for sshpod's host names that the given block also sets.</summary>
    /// <returns>Each with its block, such as <c>ForwardAgent of "Host *.sshpod"</c>.</returns>
    public static IEnumerable<string> Overridden(string content, string block)
    {
        var ours = block.Split('\n').Where(line => line.StartsWith(' ')).Select(Keyword).ToHashSet(StringComparer.OrdinalIgnoreCase);
        string? host = null;
        foreach (var line in TakeOver(content, out _).Split('\n').Select(line => line.Trim()))
        {
            var keyword = Keyword(line);
            if (keyword.Equals("Host", StringComparison.OrdinalIgnoreCase) || keyword.Equals("Match", StringComparison.OrdinalIgnoreCase))
                host = line.Contains(".sshpod", StringComparison.OrdinalIgnoreCase) ? line : null;
            // Several IdentityFile add up: the user's is tried too.
            else if (host is not null && ours.Contains(keyword) && !keyword.Equals("IdentityFile", StringComparison.OrdinalIgnoreCase))
                yield return $"{keyword} of \"{host}\"";
        }
    }

    private static string Keyword(string line) => line.Trim().Split([' ', '\t', '='], 2)[0];

    private static string Bare(string line) => Split(line).Text.Trim();

    private static (string Mark, string Text) Split(string content) =>
        content.StartsWith(ByteOrderMark, StringComparison.Ordinal) ? (ByteOrderMark, content[ByteOrderMark.Length..]) : ("", content);

    private static string EndOfLine(string content) => content.IndexOf('\n') is > 0 and var end && content[end - 1] == '\r' ? "\r\n" : "\n";

    /// <summary>The lines, each with its line ending.</summary>
    private static List<string> Lines(string content)
    {
        var lines = new List<string>();
        for (int start = 0, end; start < content.Length; start = end)
        {
            end = content.IndexOf('\n', start) is >= 0 and var found ? found + 1 : content.Length;
            lines.Add(content[start..end]);
        }
        return lines;
    }
}
