using System.Globalization;
using System.Text;

namespace Sshpod.Terminal;

/// <summary>
/// Makes text safe for one line of a terminal. Control characters, which may come from the cluster, the container or a host name, are
/// removed, and whitespace becomes one space: the text stays on one line and cannot drive the terminal. Zero-width characters that make a
/// line look like another one are removed too, such as those that change the text direction (U+202A to U+202E, U+2066 to U+2069,
/// CVE-2021-42574).
/// </summary>
internal static class OneLine
{
    /// <summary>Removes these characters and collapses whitespace.</summary>
    public static string Of(string text) => IsPlain(text) ? text
        : string.Join(' ', Clean(text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Removes these characters only: spaces stay, tabs and line breaks become spaces.</summary>
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

    // Names of objects are, and a list has thousands of them.
    private static bool IsPlain(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static bool IsRemoved(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
