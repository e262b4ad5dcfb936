using Sshpod.Terminal;

namespace Sshpod.HostNames;

/// <summary>
/// The grammar of host names: <c>SEGMENT(.SEGMENT)*.sshpod</c>, a trailing dot allowed, where a segment is <c>PREFIX--NAME</c>. One target
/// (see <see cref="TargetKind"/>) is required; <c>container</c>, <c>namespace</c> and <c>context</c> are optional. Segments may be in any
/// order, each prefix at most once. Case does not matter, as in any host name, except in context names, which are case-sensitive in
/// kubeconfig.
/// </summary>
public static class HostName
{
    /// <summary>The last label of all our host names.</summary>
    public const string Suffix = "sshpod";

    internal const string Container = "container", Namespace = "namespace", Context = "context";
    internal const int MaxDnsLabel = 63, MaxName = 253;
    internal const string Example = "pod--NAME.namespace--NAME.sshpod";

    private static readonly string[] Prefixes = [.. Enum.GetNames<TargetKind>().Select(name => name.ToLowerInvariant())];

    /// <summary>The prefix of a target of this kind.</summary>
    public static string Prefix(TargetKind kind) => Prefixes[(int)kind];

    /// <summary>The kind of target with this prefix; null for other prefixes.</summary>
    public static TargetKind? KindOf(string prefix) => Array.IndexOf(Prefixes, prefix) is var kind and >= 0 ? (TargetKind)kind : null;

    /// <summary>Parses what ssh was given (its <c>%n</c>).</summary>
    /// <exception cref="SshpodException">The host name does not follow the grammar; the message names the offending part.</exception>
    public static PodAddress Parse(string host)
    {
        var names = ParseParts(Labels(host), host);
        var targets = Prefixes.Where(names.ContainsKey).ToArray();
        if (targets.Length == 0)
            throw new SshpodException($"host name \"{host}\" names no target", $"add one of {TargetPrefixes}, as in {Example}");
        if (targets.Length > 1)
            throw new SshpodException($"host name \"{host}\" names {targets.Length} targets", $"keep one of {TargetPrefixes}");

        return new PodAddress(KindOf(targets[0])!.Value, names[targets[0]],
            names.GetValueOrDefault(Container), names.GetValueOrDefault(Namespace), names.GetValueOrDefault(Context));
    }

    /// <summary>The parts of a host name, without the suffix.</summary>
    internal static string[] Labels(string host)
    {
        var labels = (host.EndsWith('.') ? host[..^1] : host).Split('.');
        return labels[^1].Equals(Suffix, StringComparison.OrdinalIgnoreCase)
            ? labels[..^1] : throw new SshpodException($"host name \"{host}\" does not end in .{Suffix}", $"use {Example}");
    }

    /// <summary>The names in the parts, by prefix.</summary>
    internal static Dictionary<string, string> ParseParts(IEnumerable<string> labels, string host)
    {
        var names = new Dictionary<string, string>();
        foreach (var segment in labels)
        {
            var (prefix, name) = ParseSegment(segment, host);
            if (!names.TryAdd(prefix, name))
                throw new SshpodException($"host name \"{host}\" has \"{prefix}--\" twice", "give each part once");
        }
        return names;
    }

    /// <summary>Whether a host name can hold this context name.</summary>
    public static bool IsContext(string name) => name.Length is > 0 and <= MaxName
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <summary>
    /// Whether a name has only the characters of a lower-case DNS label (Kubernetes: of any length, for pods and their owners).
    /// </summary>
    internal static bool IsLabel(string name) =>
        name.Length > 0 && name[0] != '-' && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
    /// <summary>All prefixes, those of targets first.</summary>
    public static IEnumerable<string> AllPrefixes => [.. Prefixes, Container, Namespace, Context];

    /// <summary>Writes an address as a host name.</summary>
    /// <returns>Null if a host name cannot hold one of its names, such as one with a dot.</returns>
    public static string? Write(PodAddress address) =>
        CanHold(Prefix(address.Kind), address.Target) && (address.Container is null || CanHold(Container, address.Container))
        && (address.Namespace is null || CanHold(Namespace, address.Namespace))
        && (address.Context is null || CanHold(Context, address.Context))
            ? $"{address}" : null;

    /// <summary>Whether a name can follow this prefix.</summary>
    public static bool CanHold(string prefix, string name) =>
        prefix == Context ? IsContext(name) : name.Length <= Max(prefix) && IsLabel(name);

    private static string TargetPrefixes => string.Join(", ", Prefixes.Select(prefix => $"{prefix}--"));

    private static (string Prefix, string Name) ParseSegment(string segment, string host)
    {
        var dashes = segment.IndexOf("--", StringComparison.Ordinal);
        if (dashes < 0)
            throw new SshpodException($"part \"{segment}\" of host name \"{host}\" has no \"--\"",
                $"write it as PREFIX--NAME, as in {Example}");

        var prefix = segment[..dashes].ToLowerInvariant();
        var name = segment[(dashes + 2)..];
        if (prefix is not (Container or Namespace or Context) && KindOf(prefix) is null)
            throw new SshpodException($"unknown prefix \"{segment[..dashes]}--\" in host name \"{host}\"",
                $"use one of {TargetPrefixes}, {Container}--, {Namespace}--, {Context}--");
        if (name.Length == 0)
            throw new SshpodException($"empty name after \"{prefix}--\" in host name \"{host}\"", $"write {prefix}--NAME");
        if (prefix == Context)
            return (prefix, CheckContext(name));

        name = name.ToLowerInvariant();
        // Names of pods and their owners may be longer than a label (Kubernetes: DNS subdomain); namespaces and containers may not.
        var max = Max(prefix);
        if (name.Length > max || !IsLabel(name))
            throw new SshpodException($"\"{name}\" in host name \"{host}\" cannot be the name of a {prefix}",
                $"use letters, digits and inner dashes, at most {max} characters");
        return (prefix, name);
    }

    private static int Max(string prefix) => prefix is Container or Namespace ? MaxDnsLabel : MaxName;

    private static string CheckContext(string name) => IsContext(name) ? name : throw new UnwritableContextException(name);
}
