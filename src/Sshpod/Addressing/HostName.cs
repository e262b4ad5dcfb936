using Sshpod.Terminal;

namespace Sshpod.Addressing;

/// <summary>
/// The grammar of host names: <c>SEGMENT(.SEGMENT)*.sshpod</c>, a trailing dot allowed, where a segment is
/// <c>PREFIX--NAME</c>. One target (see <see cref="TargetKind"/>) is required; <c>container</c>, <c>namespace</c> and
/// <c>context</c> are optional; the order is free and no prefix comes twice.
/// Case does not matter, as in any host name, but in context names, which kubeconfig distinguishes by case.
/// </summary>
public static class HostName
{
    /// <summary>The last label of every host name that is ours.</summary>
    public const string Suffix = "sshpod";

    private const string Container = "container", Namespace = "namespace", Context = "context";
    private const int MaxDnsLabel = 63, MaxName = 253;
    private const string Example = "pod--NAME.namespace--NAME.sshpod";

    private static readonly TargetKind[] Kinds = Enum.GetValues<TargetKind>();
    private static readonly string[] Prefixes = [.. Enum.GetNames<TargetKind>().Select(name => name.ToLowerInvariant())];

    /// <summary>The prefix that stands before a target of this kind.</summary>
    public static string Prefix(TargetKind kind) => Prefixes[(int)kind];

    /// <summary>Parses what ssh was given (its <c>%n</c>).</summary>
    /// <exception cref="SshpodException">The host name is not of the grammar; the message names the offending part.</exception>
    public static PodAddress Parse(string host)
    {
        var labels = (host.EndsWith('.') ? host[..^1] : host).Split('.');
        if (!labels[^1].Equals(Suffix, StringComparison.OrdinalIgnoreCase))
            throw new SshpodException($"host name \"{host}\" does not end in .{Suffix}", $"use {Example}");

        var names = new Dictionary<string, string>();
        foreach (var segment in labels[..^1])
        {
            var (prefix, name) = ParseSegment(segment, host);
            if (!names.TryAdd(prefix, name))
                throw new SshpodException($"host name \"{host}\" has \"{prefix}--\" twice", "give each part once");
        }

        var targets = Kinds.Where(kind => names.ContainsKey(Prefix(kind))).ToArray();
        if (targets.Length == 0)
            throw new SshpodException($"host name \"{host}\" names no target", $"add one of {TargetPrefixes}, as in {Example}");
        if (targets.Length > 1)
            throw new SshpodException($"host name \"{host}\" names {targets.Length} targets", $"keep one of {TargetPrefixes}");

        return new PodAddress(targets[0], names[Prefix(targets[0])],
            names.GetValueOrDefault(Container), names.GetValueOrDefault(Namespace), names.GetValueOrDefault(Context));
    }

    private static string TargetPrefixes => string.Join(", ", Prefixes.Select(prefix => $"{prefix}--"));

    private static (string Prefix, string Name) ParseSegment(string segment, string host)
    {
        var dashes = segment.IndexOf("--", StringComparison.Ordinal);
        if (dashes < 0)
            throw new SshpodException($"part \"{segment}\" of host name \"{host}\" has no \"--\"", $"write it as PREFIX--NAME, as in {Example}");

        var prefix = segment[..dashes].ToLowerInvariant();
        var name = segment[(dashes + 2)..];
        if (prefix is not (Container or Namespace or Context) && !Prefixes.Contains(prefix))
            throw new SshpodException($"unknown prefix \"{segment[..dashes]}--\" in host name \"{host}\"",
                $"known are {TargetPrefixes}, {Container}--, {Namespace}--, {Context}--");
        if (name.Length == 0)
            throw new SshpodException($"empty name after \"{prefix}--\" in host name \"{host}\"", $"write {prefix}--NAME");
        if (prefix == Context)
            return (prefix, CheckContext(name));

        name = name.ToLowerInvariant();
        // Names of pods and what owns them may be longer than a label (kubernetes: DNS subdomain); namespaces and containers may not.
        var max = prefix is Container or Namespace ? MaxDnsLabel : MaxName;
        if (name.Length > max || name[0] == '-' || name[^1] == '-' || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            throw new SshpodException($"\"{name}\" in host name \"{host}\" cannot be the name of a {prefix}",
                $"use letters, digits and inner dashes, at most {max}");
        return (prefix, name);
    }

    private static string CheckContext(string name)
    {
        if (name.Length > MaxName || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new SshpodException($"context \"{name}\" cannot be written in a host name",
                $"use letters, digits, \"-\" and \"_\", at most {MaxName}; rename it with kubectl config rename-context");
        return name;
    }
}
