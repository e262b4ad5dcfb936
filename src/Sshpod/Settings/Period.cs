using System.Globalization;

namespace Sshpod.Settings;

/// <summary>A length of time as users write it: <c>90</c> or <c>90s</c>, <c>10m</c>, <c>2h</c>.</summary>
public static class Period
{
    /// <summary>A year: anyone who means longer means forever.</summary>
    private const long MaxSeconds = 365 * 24 * 60 * 60;

    /// <summary>The accepted form, for messages.</summary>
    public const string Form = "seconds, or a time such as 90s, 10m or 2h";

    /// <summary>Parses a period.</summary>
    /// <returns>Null if it is something else, or more than a year.</returns>
    public static TimeSpan? Parse(string text)
    {
        var unit = text.Length > 0 && !char.IsAsciiDigit(text[^1]) ? text[^1] : 's';
        var number = text.EndsWith(unit) ? text[..^1] : text;
        long? factor = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => null };
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            && count * factor is { } seconds and <= MaxSeconds
            ? TimeSpan.FromSeconds(seconds) : null;
    }
}
