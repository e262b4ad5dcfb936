namespace Sshpod.Ssh;

/// <summary>The user's choices for the block.</summary>
/// <param name="Sharing">Whether ssh carries several sessions over one connection.</param>
/// <param name="ForwardAgent">Host names whose connections forward the user's agent.</param>
/// <param name="Hosts">Host names that have an entry of their own, for programs that list only those.</param>
public sealed record ConfigurationOptions(bool Sharing = true, IReadOnlyList<string>? ForwardAgent = null,
    IReadOnlyList<string>? Hosts = null)
{
    /// <summary>The comment above the entries of <see cref="Hosts"/>.</summary>
    internal const string Entries = "# Entries for programs that list only whole names";

    private const string Marker = "# Options:", HostMarker = "Host ", AgentOption = "--forward-agent";

    /// <summary>Host names whose connections forward the user's agent.</summary>
    public IReadOnlyList<string> AgentHosts => ForwardAgent ?? [];

    /// <summary>Whether it comes from a file of an earlier version that forwards the agent to every container.</summary>
    public bool ForwardedToAll { get; private init; }

    /// <summary>The line of our own file from which a later run learns what was chosen.</summary>
    internal string Line =>
        $"{Marker}{string.Concat(AgentHosts.Select(host => $" {AgentOption} {host}"))}"
        + $"{(Sharing ? "" : " --no-sharing")}{(Hosts is null ? "" : " --hosts")}";

    /// <summary>Reads what an earlier run wrote, so that an upgrade keeps it.</summary>
    /// <param name="block">Content of our own file; null if there is none.</param>
    public static ConfigurationOptions Parse(string? block)
    {
        var lines = block?.Split('\n') ?? [];
        if (lines.FirstOrDefault(line => line.StartsWith(Marker, StringComparison.Ordinal)) is not { } chosen)
            return new ConfigurationOptions();
        var words = chosen.Split(' ');
        var agents = words.Index().Where(word => word.Item == AgentOption)
            .Select(word => words.ElementAtOrDefault(word.Index + 1) ?? "").ToArray();
        string[] named = [.. agents.Where(host => host.Length > 0 && !host.StartsWith('-'))];
        string[]? hosts = !words.Contains("--hosts") ? null
            : [.. lines.SkipWhile(line => !line.StartsWith(Entries, StringComparison.Ordinal))
                .Where(line => line.StartsWith(HostMarker, StringComparison.Ordinal) && !line.Contains('*'))
                .Select(line => line[HostMarker.Length..])];
        return new ConfigurationOptions(!words.Contains("--no-sharing"), named.Length > 0 ? named : null, hosts)
        {
            ForwardedToAll = named.Length < agents.Length,
        };
    }
}
