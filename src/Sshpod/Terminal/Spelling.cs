namespace Sshpod.Terminal;

/// <summary>Finds the name that was probably meant.</summary>
public static class Spelling
{
    /// <summary>
    /// The candidate that begins with the name or is the fewest edits away, at most a third of the name's length; null if none is close.
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> candidates) =>
        candidates
            // "web" means "web-5d4f8c7b9-x2k4q": generated names begin with the given one.
            .Select(candidate =>
                (Name: candidate, Distance: candidate.StartsWith(name + "-", StringComparison.Ordinal) ? 0 : Distance(name, candidate)))
            .Where(candidate => candidate.Distance <= Math.Max(1, name.Length / 3))
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();

    /// <summary>Edits (insert, remove, replace, swap of neighbours) that turn one word into the other: optimal string alignment.</summary>
    internal static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        return rows[a.Length, b.Length];
    }
}
