using System.Globalization;

namespace Sshpod.Clusters.Objects;

/// <summary>
/// A quantity as the API reference defines it (resource.Quantity): a decimal number with an exponent, a binary suffix or a decimal one.
/// </summary>
public static class Quantity
{
    private static readonly (string Suffix, decimal Factor)[] Suffixes =
    [
        ("Ki", 1L << 10), ("Mi", 1L << 20), ("Gi", 1L << 30), ("Ti", 1L << 40), ("Pi", 1L << 50), ("Ei", 1L << 60),
        ("n", 1e-9m), ("u", 1e-6m), ("m", 1e-3m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m), ("E", 1e18m),
    ];

    /// <summary>The quantity in bytes, rounded up as Kubernetes does.</summary>
    /// <returns>Null if it is not a quantity; the maximum of the type if it does not fit.</returns>
    public static long? Bytes(string? text)
    {
        if (text is null)
            return null;
        var known = Suffixes.Where(pair => text.EndsWith(pair.Suffix, StringComparison.Ordinal));
        var (suffix, factor) = known.DefaultIfEmpty(("", 1m)).First();
        const NumberStyles Decimal = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(text.AsSpan(0, text.Length - suffix.Length), Decimal, CultureInfo.InvariantCulture, out var number))
            // Too large for a decimal.
            return double.TryParse(text.AsSpan(0, text.Length - suffix.Length), Decimal, CultureInfo.InvariantCulture, out var large)
                && large > long.MaxValue
                ? long.MaxValue : null;
        return number < 0 ? 0 : number > long.MaxValue / factor ? long.MaxValue : (long)decimal.Ceiling(number * factor);
    }
}
