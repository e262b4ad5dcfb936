using System.Globalization;
using System.Text;
using CsCheck;
using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class OneLineTests
{
    [Theory]
    [InlineData("a\u001b[2Jb", "a[2Jb")]
    [InlineData("a\u0007\u0008b", "ab")]
    [InlineData("a\rb\nc\u0085d\u2028e\u2029f", "a b c d e f")]
    [InlineData("\u202dabc\u202c \u202e \u2066x\u2067y\u2068z\u2069 \u200e\u200f", "abc xyz")]
    [InlineData("a\u200bb\ufeffc\U000e0041d", "abcd")]
    [InlineData("Ünïcode 日本語 😀 \"x\"", "Ünïcode 日本語 😀 \"x\"")]
    public void Escape_sequences_and_bidi_controls_are_removed(string text, string expected) => Assert.Equal(expected, OneLine.Of(text));

    [Theory]
    [InlineData("  12 ms  two  blanks", "  12 ms  two  blanks")]
    [InlineData("one\n\u202etwo", "one two")]
    public void Blanks_of_a_line_stay_where_they_are_wanted(string text, string expected) => Assert.Equal(expected, OneLine.Clean(text));

    [Fact]
    public void No_control_or_format_character_survives() =>
    Gen.String.Sample(text => OneLine.Clean(text + "\u001b\u202e\u2028").EnumerateRunes().All(rune =>
        Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator)));
}
