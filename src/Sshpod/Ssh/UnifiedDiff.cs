using System.Text;

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
    public static string Between(string file, string? old, string? @new)
    {
        if (old == @new)
            return "";
        var diff = new StringBuilder($"--- {(old is null ? "/dev/null" : file)}\n+++ {(@new is null ? "/dev/null" : file)}\n");
        var edits = Compare(Lines(old), Lines(@new));
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
        return diff.ToString();
    }

    private static void Append(StringBuilder diff, List<Edit> edits, int start, int end)
    {
        diff.Append("@@ -").Append(Range('+')).Append(" +").Append(Range('-')).Append(" @@\n");
        foreach (var edit in edits[start..end])
            diff.Append(edit.Sign).Append(edit.Line).Append(edit.Line.EndsWith('\n') ? "" : "\n\\ No newline at end of file\n");

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
    private static List<Edit> Compare(string[] old, string[] @new)
    {
        var common = new int[old.Length + 1, @new.Length + 1];
        for (var i = old.Length - 1; i >= 0; i--)
            for (var j = @new.Length - 1; j >= 0; j--)
                common[i, j] = old[i] == @new[j] ? common[i + 1, j + 1] + 1 : Math.Max(common[i + 1, j], common[i, j + 1]);

        var edits = new List<Edit>();
        for (int i = 0, j = 0; i < old.Length || j < @new.Length;)
        {
            if (i < old.Length && j < @new.Length && old[i] == @new[j])
            {
                edits.Add(new Edit(' ', old[i++]));
                j++;
            }
            else if (j == @new.Length || i < old.Length && common[i + 1, j] >= common[i, j + 1])
                edits.Add(new Edit('-', old[i++]));
            else
                edits.Add(new Edit('+', @new[j++]));
        }
        return edits;
    }

    private static string[] Lines(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return [];
        var lines = text.Split('\n').Select(line => line + "\n").ToArray();
        // What follows the last line feed is a line only if it is not empty.
        lines[^1] = lines[^1][..^1];
        return lines[^1].Length == 0 ? lines[..^1] : lines;
    }

    private readonly record struct Edit(char Sign, string Line);
}
