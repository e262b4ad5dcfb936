namespace Sshpod.Ssh;

/// <summary>The content of the user's ssh configuration, and what sshpod adds and removes. The rest stays the same byte for byte.</summary>
/// <param name="include">Our line: an <c>Include</c> of our own file.</param>
public sealed class UserConfiguration(FileText include)
{
    private static readonly FileText Comment = FileText.Of("# sshpod: ssh into pods, see `sshpod configure --help`");
    private static readonly FileText EarlierStart = FileText.Of("# >>> sshpod start"), EarlierEnd = FileText.Of("# <<< sshpod end");
    private static readonly FileText ByteOrderMark = FileText.Of("\uFEFF");

    // What the earlier sshpod wrote between its markers: everything else there is the user's.
    private static readonly FileText[] EarlierLines =
    [
        .. new[]
        {
            "Host *.sshpod", "StrictHostKeyChecking no", "UserKnownHostsFile /dev/null", "GlobalKnownHostsFile /dev/null",
            "CheckHostIP no", "IdentityFile ~/.cache/sshpod/id_ed25519", "IdentitiesOnly yes", "BatchMode yes", "ForwardAgent yes",
        }.Select(FileText.Of),
    ];

    /// <summary>Whether our line is there, wherever the user has moved it.</summary>
    public bool IsIn(FileText content) => content.Lines.Any(line => Bare(line) == include);

    /// <summary>
    /// Adds our line at the top, because the first value that ssh obtains wins, and otherwise a <c>Host *</c> of the user's would.
    /// </summary>
    /// <param name="content">The user's file; null if there is none.</param>
    public FileText Add(FileText? content)
    {
        if (content is not null && IsIn(content))
            return content;
        // A new file has no empty line after ours: that is how Remove knows that there was no file.
        if (content is null)
            return FileText.Concat(Comment, FileText.Of("\n"), include, FileText.Of("\n"));
        var (mark, rest) = Split(content);
        var end = FileText.Of(content.Lines is [var first, ..] && first.EndsWith("\r\n"u8) ? "\r\n" : "\n");
        return FileText.Concat(mark, Comment, end, include, end, end, rest);
    }

    /// <summary>Removes our line and keeps every other byte.</summary>
    /// <returns>Null if nothing is left of a file that sshpod created.</returns>
    public FileText? Remove(FileText content)
    {
        var lines = content.Lines;
        var at = lines.FindIndex(line => Bare(line) == include);
        if (at < 0)
            return content;
        var count = 1;
        // An empty line after ours is ours too.
        var isSpaced = at + 1 < lines.Count && lines[at + 1].Trim().IsEmpty;
        if (isSpaced)
            count++;
        if (at > 0 && Bare(lines[at - 1]) == Comment)
            (at, count) = (at - 1, count + 1);
        // A byte order mark precedes our first line.
        var (mark, _) = Split(lines[at]);
        lines.RemoveRange(at, count);
        var left = FileText.Concat([.. lines.Take(at), mark, .. lines.Skip(at)]);
        return left.IsEmpty && !isSpaced ? null : left;
    }

    /// <summary>Removes the block of the earlier sshpod.</summary>
    /// <param name="content">The user's file.</param>
    /// <param name="options">The user's own lines of that block; empty if there are none.</param>
    public static FileText TakeOver(FileText content, out FileText options)
    {
        var lines = content.Lines;
        var start = lines.FindIndex(line => line.Trim() == EarlierStart);
        var end = start < 0 ? -1 : lines.FindIndex(start, line => line.Trim() == EarlierEnd);
        options = FileText.Empty;
        // Without its end marker, we cannot tell what belongs to it.
        if (end < 0)
            return content;
        var own = lines[(start + 1)..end].Select(line => line.Trim())
            .Where(line => !line.IsEmpty && !EarlierLines.Contains(line)
                && !$"{line}".StartsWith("ProxyCommand ", StringComparison.OrdinalIgnoreCase)).ToList();
        if (own.Count > 0)
            options = FileText.Concat([FileText.Of("Host *.sshpod\n"),
                .. own.SelectMany(line => new[] { FileText.Of("    "), line, FileText.Of("\n") })]);
        // The earlier sshpod put an empty line before its block, and kept the block last in the file.
        if (end == lines.Count - 1 && start > 0 && lines[start - 1].Trim().IsEmpty)
            start--;
        lines.RemoveRange(start, end - start + 1);
        return FileText.Concat(lines);
    }

    /// <summary>Options in the user's blocks for sshpod's host names that the given block also sets.</summary>
    /// <returns>Each with its block, such as <c>ForwardAgent of "Host *.sshpod"</c>.</returns>
    public static IEnumerable<string> Overridden(FileText content, string block)
    {
        var ours = block.Split('\n').Where(line => line.StartsWith(' ')).Select(Keyword).ToHashSet(StringComparer.OrdinalIgnoreCase);
        string? host = null;
        foreach (var line in $"{TakeOver(content, out _)}".Split('\n').Select(line => line.Trim()))
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

    private static FileText Bare(FileText line) => Split(line).Text.Trim();

    private static (FileText Mark, FileText Text) Split(FileText content) => content.StartsWith(ByteOrderMark.Bytes.Span)
        ? (ByteOrderMark, new FileText(content.Bytes[ByteOrderMark.Bytes.Length..])) : (FileText.Empty, content);
}
