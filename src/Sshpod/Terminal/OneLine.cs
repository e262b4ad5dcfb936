using System.Globalization;
using System.Text;

namespace Sshpod.Terminal;

/// <summary>
/// Text for one line of a terminal. Control characters, which the cluster, the container or a host name
/// may have put into it, go, and blanks become one space: the line stays one line and cannot drive the
/// terminal. So do characters without a width of their own that make a line look like another one, such as
/// those that change the direction of what follows (U+202A to U+202E, U+2066 to U+2069, CVE-2021-42574).
/// </summary>
internal static class OneLine
{
    /// <summary>Makes it fit.</summary>
    public static string Of(string text) => string.Join(' ', Clean(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Leaves the blanks as they are, but for those that would end the line.</summary>
    public static string Clean(string text)
    {
        if (!text.EnumerateRunes().Any(IsRemoved))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (!IsRemoved(rune))
                clean.Append(rune);
            else if (Rune.IsWhiteSpace(rune))
                clean.Append(' ');
        return clean.ToString();
    }

    private static bool IsRemoved(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
