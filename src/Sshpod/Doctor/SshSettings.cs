namespace Sshpod.Doctor;

/// <summary>What ssh does for a host: <c>ssh -G</c>, with keywords in lower case.</summary>
internal sealed class SshSettings
{
    private readonly ILookup<string, string> _values;

    private SshSettings(ILookup<string, string> values) => _values = values;

    /// <summary>Parses the output of <c>ssh -G</c>.</summary>
    public static SshSettings Parse(string output) =>
        new(output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split(' ', 2)).ToLookup(words => words[0].ToLowerInvariant(), words => words.Length > 1 ? words[1] : ""));

    /// <summary>The value of a keyword; null if it has none.</summary>
    public string? this[string keyword] => _values[keyword].FirstOrDefault() is { } value && value is not ("" or "none") ? value : null;

    /// <summary>All values of a keyword that can occur several times.</summary>
    public IEnumerable<string> All(string keyword) => _values[keyword];
}
