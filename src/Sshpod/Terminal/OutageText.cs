using System.Globalization;
using System.Text;

namespace Sshpod.Terminal;

/// <summary>What is written to a terminal about an outage. Nothing in it can wrap, scroll or drive the terminal.</summary>
internal static class OutageText
{
    private const string End = "; ~. ends ssh";

    // With less of it, a reason says nothing.
    private const int ShortestReason = 8;

    /// <summary>The line during an outage.</summary>
    /// <param name="outage">How long it lasts.</param>
    /// <param name="reason">Why the last attempt failed, in a few words. May hold anything: it may come from the cluster.</param>
    /// <param name="columns">Width of the terminal.</param>
    /// <param name="tellsHowToEnd">Whether to name ssh's escape, which works only where ssh reads keys.</param>
    public static string Paused(TimeSpan outage, string reason, int columns, bool tellsHowToEnd)
    {
        var (start, end) = ($"sshpod: no connection for {Length(outage)}, retrying", tellsHowToEnd ? End : "");
        var room = columns - 1 - Width(start) - Width(end) - 3;
        var why = OneLine.Of(reason);
        var parenthesis = why.Length == 0 || room < Math.Min(ShortestReason, Width(why)) ? "" : $" ({Fit(why, room)})";
        return Fit($"{start}{parenthesis}{end}", columns - 1);
    }

    /// <summary>The line after a long outage.</summary>
    public static string Resumed(TimeSpan outage, int columns) => Fit($"sshpod: connected again after {Length(outage)}", columns - 1);

    /// <summary>
    /// Draws in the last row, in reverse, and puts the cursor back: it is inside somebody's screen. The row is that program's again when it
    /// next draws it.
    /// </summary>
    public static string Row(int row, string text) => InRow(row, $"\u001b[7m{text}\u001b[K");

    /// <summary>Blanks that row.</summary>
    public static string Blank(int row) => InRow(row, "\u001b[0m\u001b[K");

    /// <summary>Keeps the window's title, to be put back by <see cref="OldTitle"/>, and sets another.</summary>
    public static string FirstTitle(string text) => $"\u001b[22;2t{Title(text)}";

    /// <summary>Sets the window's title.</summary>
    public static string Title(string text) => $"\u001b]2;{text}\a";

    /// <summary>Puts the title back that was kept.</summary>
    public const string OldTitle = "\u001b[23;2t";

    // DECSC and DECRC keep and restore the cursor and its attributes.
    private static string InRow(int row, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"\u001b7\u001b[{row};1H{what}\u001b8");

    private static string Length(TimeSpan time) => FormattableString.Invariant(time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(0, (int)time.TotalSeconds)} s",
        { TotalHours: < 1 } => $"{(int)time.TotalMinutes} min",
        _ => (FormattableString)$"{(int)time.TotalHours} h {time.Minutes} min",
    });

    private static string Fit(string text, int columns)
    {
        if (Width(text) <= columns)
            return text;
        var cut = new StringBuilder();
        var width = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // One for the mark.
            if ((width += Width(rune)) > columns - 1)
                break;
            cut.Append(rune);
        }
        return columns < 1 ? "" : cut.Append('…').ToString();
    }

    private static int Width(string text) => text.EnumerateRunes().Sum(Width);

    // Terminals differ about the rest, and a line that is too short harms nobody.
    private static int Width(Rune rune) => rune.IsAscii || rune.Value == '…' ? 1 : 2;
}
