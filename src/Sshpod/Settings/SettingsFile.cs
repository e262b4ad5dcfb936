using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Terminal;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Settings;

/// <summary>
/// Reads config.yaml. Anything not understood is an error that names the line: a setting that is silently ignored helps nobody.
/// </summary>
/// <param name="file">The file, for messages.</param>
internal sealed class SettingsFile(string file)
{
    private static readonly string[] Targets = [.. Enum.GetValues<TargetKind>().Select(HostName.Prefix)];

    /// <summary>Parses the file's text.</summary>
    /// <exception cref="SshpodException">The file has an error; the message names file and line.</exception>
    public static FileSettings Parse(string file, string text) => new SettingsFile(file).Parse(text);

    private FileSettings Parse(string text)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner also throws exceptions of other types, without a line.
            throw Wrong((e as YamlException)?.Start.Line ?? 1, $"invalid YAML: {(e.InnerException ?? e).Message}",
                "docs/settings.md has an example");
        }
        if (stream.Documents.Count > 1)
            throw Wrong(stream.Documents[1].RootNode.Start.Line, "a second document begins here", "remove the line ---");
        var root = stream.Documents.Count == 0 || IsEmpty(stream.Documents[0].RootNode) ? new Section(new Dictionary<string, YamlNode>())
            : Section(stream.Documents[0].RootNode, "the file",
            "access", "aliases", "container", "ephemeral", "ephemeral-image", "identity", "idle", "other-users-environment", "resume",
            "resume-line", "shared-places", "transport", "tunnel", "wait");
        return new FileSettings(
            AliasesOf(root["aliases"]),
            root["container"] is { } container ? Name(container, "container", HostName.MaxDnsLabel, withDots: false) : null,
            root["transport"] is { } transport ? Value(transport, Setting.Transport) : null,
            root["tunnel"] is { } tunnel ? Value(tunnel, Setting.Tunnel) : null,
            root["idle"] is { } idle ? Value(idle, Setting.Idle) : null,
            root["wait"] is { } wait ? Value(wait, Setting.Wait) : null,
            root["access"] is { } access ? Value(access, Setting.Access) : null,
            root["resume"] is { } resume ? Value(resume, Setting.Resume) : null,
            root["resume-line"] is { } line ? Value(line, Setting.ResumeLine) : OutageDisplay.Row,
            root["identity"] is { } identity ? FilePath(identity, "identity") : null,
            root["other-users-environment"] is { } others && Value(others, Setting.OtherUsersEnvironment),
            root["shared-places"] is { } places && Value(places, Setting.SharedPlaces),
            root["ephemeral"] is { } ephemeral ? Value(ephemeral, Setting.Ephemeral) : null,
            root["ephemeral-image"] is { } image ? Value(image, Setting.EphemeralImage) : null);
    }

    private Aliases AliasesOf(YamlNode? node)
    {
        if (node is null)
            return Aliases.None;
        var section = Section(node, "aliases", "contexts", "namespaces", "targets");
        return new Aliases(
            Table(section["contexts"], "contexts", StringComparer.Ordinal, HostName.IsContext,
                (value, _) => Text(value, "the name of a context")),
            Table(section["namespaces"], "namespaces", StringComparer.OrdinalIgnoreCase,
                IsLabel, (value, _) => Name(value, "namespace", HostName.MaxDnsLabel, withDots: false)),
            Table(section["targets"], "targets", StringComparer.OrdinalIgnoreCase, IsLabel, Address));
    }

    private Dictionary<string, T> Table<T>(YamlNode? node, string name, StringComparer comparer, Func<string, bool> isAlias,
        Func<YamlNode, string, T> read)
    {
        var table = new Dictionary<string, T>(comparer);
        if (node is null)
            return table;
        if (node is not YamlMappingNode mapping)
            throw Wrong(node.Start.Line, $"\"{name}\" is not a table of aliases",
                $"write each alias on a line of its own below {name}, as in dev: NAME");
        foreach (var (key, value) in mapping.Children)
        {
            var alias = Text(key, "the name of an alias");
            if (!isAlias(alias))
                throw Wrong(key.Start.Line, $"\"{alias}\" cannot be an alias", "use letters, digits and \"-\", without \"--\"");
            if (!table.TryAdd(alias, read(value, alias)))
                throw Wrong(key.Start.Line, $"alias \"{alias}\" is defined twice", "case does not matter here");
        }
        return table;
    }

    /// <summary>
    /// A target is a host name without its suffix, or a table of its parts, which may have names that a host name cannot hold.
    /// </summary>
    private PodAddress Address(YamlNode node, string alias)
    {
        if (node is YamlMappingNode)
            return AddressOfParts(node, alias);
        var text = Text(node, "a host name or a table such as {pod: NAME}");
        try
        {
            return HostName.Parse(text.EndsWith($".{HostName.Suffix}", StringComparison.OrdinalIgnoreCase) ? text
                : $"{text}.{HostName.Suffix}");
        }
        catch (SshpodException e)
        {
            throw Wrong(node.Start.Line, $"alias \"{alias}\": {e.Message}", e.Hint);
        }
    }

    private PodAddress AddressOfParts(YamlNode node, string alias)
    {
        var section = Section(node, $"alias \"{alias}\"", [.. Targets, "container", "namespace", "context", "ephemeral"]);
        var targets = Enum.GetValues<TargetKind>().Where(kind => section[HostName.Prefix(kind)] is not null).ToArray();
        if (targets is not [var target])
            throw Wrong(node.Start.Line, $"alias \"{alias}\" names {(targets.Length == 0 ? "no target" : $"{targets.Length} targets")}",
                $"give it one of {string.Join(", ", Targets)}");
        return new PodAddress(target, Name(section[HostName.Prefix(target)]!, HostName.Prefix(target), HostName.MaxName, withDots: true),
            section["container"] is { } container ? Name(container, "container", HostName.MaxDnsLabel, withDots: false) : null,
            section["namespace"] is { } ns ? Name(ns, "namespace", HostName.MaxDnsLabel, withDots: false) : null,
            section["context"] is { } context ? Text(context, "the name of a context") : null,
            section["ephemeral"] is { } ephemeral ? Value(ephemeral, Setting.Ephemeral) : null);
    }

    private Section Section(YamlNode node, string name, params string[] known)
    {
        if (node is not YamlMappingNode mapping)
            throw Wrong(node.Start.Line, $"{name} is not a table of settings", $"its keys are {string.Join(", ", known)}");
        var values = new Dictionary<string, YamlNode>();
        foreach (var (key, value) in mapping.Children)
        {
            var text = Text(key, "a key");
            if (!known.Contains(text))
                throw Wrong(key.Start.Line, $"unknown key \"{text}\"",
                    (Spelling.Nearest(text, known) is { } meant ? $"did you mean \"{meant}\"? " : "")
                        + $"allowed in {name}: {string.Join(", ", known)}");
            if (!IsEmpty(value))
                values.Add(text, value);
        }
        return new Section(values);
    }

    private T Value<T>(YamlNode node, Setting<T> setting)
    {
        var text = Text(node, setting.Form);
        return setting.TryParse(text, out var value) ? value
            : throw Wrong(node.Start.Line, $"\"{setting.Key}\" is \"{text}\"", setting.FileHint(text));
    }

    private string FilePath(YamlNode node, string key)
    {
        var text = Text(node, "the path of a file");
        var path = text.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(ClientDirectory.Home, text[2..]) : text;
        return Path.IsPathFullyQualified(path) ? path
            : throw Wrong(node.Start.Line, $"\"{key}\" is \"{text}\"", "use an absolute path, or one that begins with ~/");
    }

    /// <summary>
    /// The name of an object (Kubernetes: DNS label or subdomain), so that messages, URLs and arguments of kubectl can hold it safely.
    /// </summary>
    private string Name(YamlNode node, string kind, int max, bool withDots)
    {
        var name = Text(node, $"the name of a {kind}");
        if (name.Length > max || !name.Split(withDots ? '.' : '\0').All(HostName.IsLabel))
            throw Wrong(node.Start.Line, $"\"{name}\" cannot be the name of a {kind}",
                $"use lower-case letters, digits, inner dashes{(withDots ? " and dots" : "")}, at most {max} characters");
        return name;
    }

    private string Text(YamlNode node, string what) =>
        node is YamlScalarNode { Value: { Length: > 0 } text } && !text.Any(char.IsControl) && !IsEmpty(node)
        ? text : throw Wrong(node.Start.Line, $"expected {what}", "docs/settings.md has an example");

    // It is used in host names, where "--" would make it a part.
    private static bool IsLabel(string alias) =>
        alias.Length <= HostName.MaxDnsLabel && HostName.IsLabel(alias.ToLowerInvariant())
        && !alias.Contains("--", StringComparison.Ordinal);

    private static bool IsEmpty(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    private SshpodException Wrong(long line, string what, string? hint) => new($"{file} line {line}: {what}", hint);
}

/// <summary>The values of one table that are set, by key.</summary>
internal sealed record Section(IReadOnlyDictionary<string, YamlNode> Values)
{
    /// <summary>A value; null if it is not set.</summary>
    public YamlNode? this[string key] => Values.GetValueOrDefault(key);
}

/// <summary>What the user has set in the file; null if not set. <see cref="UserSettings"/> explains each setting.</summary>
internal sealed record FileSettings(
    Aliases Aliases, string? Container = null, TransportKind? Transport = null, TunnelKind? Tunnel = null, TimeSpan? Idle = null,
    TimeSpan? Wait = null, AccessTime? Access = null, TimeSpan? Resume = null, OutageDisplay ResumeLine = OutageDisplay.Row,
    string? Identity = null, bool CleanEnvironment = false, bool SharedPlaces = false, bool? Ephemeral = null,
    string? EphemeralImage = null)
{
    /// <summary>The settings if there is no file.</summary>
    public static FileSettings None { get; } = new(Aliases.None);
}
