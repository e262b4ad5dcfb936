namespace Sshpod.Ssh;

/// <summary>What the user chose about the block.</summary>
/// <param name="Sharing">Whether ssh carries several sessions over one connection.</param>
/// <param name="ForwardAgent">Whether every connection forwards the user's agent.</param>
/// <param name="Hosts">Host names that have an entry of their own, for programs that list only those.</param>
public sealed record ConfigurationOptions(bool Sharing = true, bool ForwardAgent = false, IReadOnlyList<string>? Hosts = null)
{
    private const string Marker = "# Options:", HostMarker = "Host ";

    /// <summary>The line of our own file from which a later run learns what was chosen.</summary>
    internal string Line => $"{Marker}{(ForwardAgent ? " --forward-agent" : "")}{(Sharing ? "" : " --no-sharing")}{(Hosts is null ? "" : " --hosts")}";

    /// <summary>Reads what an earlier run wrote, so that an upgrade does not forget it.</summary>
    /// <param name="block">Content of our own file; null where there is none.</param>
    public static ConfigurationOptions Parse(string? block)
    {
        var lines = block?.Split('\n') ?? [];
        if (lines.FirstOrDefault(line => line.StartsWith(Marker, StringComparison.Ordinal)) is not { } chosen)
            return new ConfigurationOptions();
        var words = chosen.Split(' ');
        return new ConfigurationOptions(
            !words.Contains("--no-sharing"),
            words.Contains("--forward-agent"),
            words.Contains("--hosts")
                ? [.. lines.Where(line => line.StartsWith(HostMarker, StringComparison.Ordinal) && !line.Contains('*')).Select(line => line[HostMarker.Length..])]
                : null);
    }
}
