namespace Sshpod.Ssh;

/// <summary>A change to a text, in the form that <c>patch</c> and <c>git apply</c> accept.</summary>
public static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>Compares two texts line by line.</summary>
    /// <param name="file">The file's name, for the header.</param>
    /// <param name="old">The text before; null if there is no file.</param>
    /// <param name="new">The text after; null if the file is removed.</param>
    /// <returns>Empty if they are the same.</returns>
    public static FileText Between(string file, FileText? old, FileText? @new)
    {
        if (old == @new)
            return FileText.Empty;
        List<FileText> diff = [FileText.Of($"--- {(old is null ? "/dev/null" : file)}\n+++ {(@new is null ? "/dev/null" : file)}\n")];
        var edits = Compare(old?.Lines ?? [], @new?.Lines ?? []);
        for (int at = 0, end; at < edits.Count; at = end)
        {
            var first = edits.FindIndex(at, edit => edit.Sign != ' ');
            if (first < 0)
                break;
            // Changes that are close together share a hunk.
            var last = first;
            for (var next = first; next >= 0 && next - last <= 2 * Context + 1; next = edits.FindIndex(next + 1, edit => edit.Sign != ' '))
                last = next;
            var start = Math.Max(at, first - Context);
            end = Math.Min(edits.Count, last + 1 + Context);
            Append(diff, edits, start, end);
        }
        return FileText.Concat(diff);
    }

    private static void Append(List<FileText> diff, List<Edit> edits, int start, int end)
    {
        diff.Add(FileText.Of($"@@ -{Range('+')} +{Range('-')} @@\n"));
        foreach (var edit in edits[start..end])
        {
            diff.AddRange(FileText.Of($"{edit.Sign}"), edit.Line);
            if (!edit.Line.EndsWith("\n"u8))
                diff.Add(FileText.Of("\n\\ No newline at end of file\n"));
        }

        // The lines of one side are those that the other has not added; an empty range names the line before it.
        string Range(char others)
        {
            var before = edits.Take(start).Count(edit => edit.Sign != others);
            var count = edits[start..end].Count(edit => edit.Sign != others);
            return $"{(count == 0 ? before : before + 1)},{count}";
        }
    }

    /// <summary>
    /// The edits that turn one text into the other, around their longest common subsequence. Configurations are short: quadratic is fine.
    /// </summary>
    private static List<Edit> Compare(List<FileText> old, List<FileText> @new)
    {
        var common = new int[old.Count + 1, @new.Count + 1];
        for (var i = old.Count - 1; i >= 0; i--)
            for (var j = @new.Count - 1; j >= 0; j--)
                common[i, j] = old[i] == @new[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);

        var edits = new List<Edit>();
        for (int i = 0, j = 0; i < old.Count || j < @new.Count;)
        {
            if (i < old.Count && j < @new.Count && old[i] == @new[j])
            {
                edits.Add(new Edit(' ', old[i++]));
                j++;
            }
            else if (j == @new.Count || i < old.Count && common[i + 1, j] >= common[i, j + 1])
                edits.Add(new Edit('-', old[i++]));
            else
                edits.Add(new Edit('+', @new[j++]));
        }
        return edits;
    }

    private readonly record struct Edit(char Sign, FileText Line);
}
