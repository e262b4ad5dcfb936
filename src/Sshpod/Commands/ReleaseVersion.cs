using System.Globalization;
using System.Text.RegularExpressions;

namespace Sshpod.Commands;

/// <summary>The version of a release, as in Semantic Versioning 2.0: numbers, and a name where it comes before these numbers.</summary>
/// <param name="Numbers">Major, minor and patch.</param>
/// <param name="Candidate">Such as <c>rc.1</c>; empty for none.</param>
internal sealed partial record ReleaseVersion(Version Numbers, string Candidate) : IComparable<ReleaseVersion>
{
    /// <summary>Reads a version, possibly with the commit that it was built of behind a plus sign.</summary>
    /// <returns>Null if it is none.</returns>
    public static ReleaseVersion? Parse(string text) => Pattern().Match(text) is { Success: true } match
        ? new ReleaseVersion(Version.Parse(match.Groups["numbers"].Value), match.Groups["candidate"].Value) : null;

    /// <inheritdoc/>
    public int CompareTo(ReleaseVersion? other) =>
        other is null ? 1
        : Numbers.CompareTo(other.Numbers) is not 0 and var numbers ? numbers
        : (Candidate.Length, other.Candidate.Length) switch
        {
            (0, 0) => 0,
            (0, _) => 1,
            (_, 0) => -1,
            _ => CompareCandidates(Candidate.Split('.'), other.Candidate.Split('.')),
        };

    /// <inheritdoc/>
    public override string ToString() => Candidate.Length == 0 ? $"{Numbers}" : $"{Numbers}-{Candidate}";

    // rc.9 comes before rc.10, and rc before rc.1.
    private static int CompareCandidates(string[] one, string[] other) => one.Zip(other, (left, right) =>
            int.TryParse(left, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && int.TryParse(right, NumberStyles.None, CultureInfo.InvariantCulture, out var than)
                ? number.CompareTo(than) : string.CompareOrdinal(left, right))
        .FirstOrDefault(difference => difference != 0, one.Length.CompareTo(other.Length));

    [GeneratedRegex(@"\A(?<numbers>[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6})(-(?<candidate>[0-9A-Za-z.-]{1,40}))?(\+[0-9A-Za-z.-]{1,80})?\z",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
