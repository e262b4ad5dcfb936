using System.Text;

namespace Sshpod.Terminal;

/// <summary>One column of a table.</summary>
/// <param name="Title">Its heading on a terminal.</param>
/// <param name="CanBeCut">Whether it may be shortened on a narrow terminal; text meant to be copied may not.</param>
public sealed record Column(string Title, bool CanBeCut = false);

/// <summary>Formats rows of text: aligned columns on a terminal, tab-separated lines in a pipe.</summary>
public static class Columns
{
    private const int Narrowest = 8, Gap = 2;

    /// <summary>Lines for programs: cells separated by tabs, no headings, nothing cut.</summary>
    public static string Plain(IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        foreach (var row in rows)
            text.AppendJoin('\t', row.Select(Clean)).Append('\n');
        return text.ToString();
    }

    /// <summary>Lines for people.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">A cell for each column.</param>
    /// <param name="width">Width of the terminal in columns; null to cut nothing.</param>
    public static string Table(IReadOnlyList<Column> columns, IReadOnlyList<IReadOnlyList<string>> rows, int? width)
    {
        IReadOnlyList<string>[] lines = [[.. columns.Select(column => column.Title)], .. rows.Select(row => row.Select(Clean).ToArray())];
        var widths = columns.Select((_, i) => lines.Max(line => line[i].Length)).ToArray();
        // Shrink the widest column first: short cells stay whole.
        while (widths.Sum() + Gap * (widths.Length - 1) > width
            && Enumerable.Range(0, widths.Length).Where(i => columns[i].CanBeCut && widths[i] > Narrowest).OrderByDescending(i => widths[i])
            .Cast<int?>().FirstOrDefault() is { } widest)
            widths[widest]--;

        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(string.Concat(line.Select((cell, i) => Cut(cell, widths[i]).PadRight(widths[i] + Gap))).TrimEnd()).Append('\n');
        return text.ToString();
    }

    private static string Cut(string cell, int width) => cell.Length <= width ? cell : $"{cell[..(width - 1)]}…";

    // The cluster could use it to send control characters to the terminal.
    private static string Clean(string cell) => OneLine.Of(cell);
}
