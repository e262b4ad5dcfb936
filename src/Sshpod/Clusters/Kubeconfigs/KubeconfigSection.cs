using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>
/// One mapping in a kubeconfig. Members that end in <c>OrNull</c> or <c>OrNone</c> treat unexpected values as absent; the others throw
/// <see cref="UnsupportedKubeconfigException"/>, since code that acts on them must not guess.
/// </summary>
/// <param name="node">The mapping.</param>
/// <param name="directory">The directory of its file, to which its paths are relative.</param>
/// <param name="name">Its name in error messages.</param>
internal sealed class KubeconfigSection(YamlMappingNode node, string directory, string name)
{
    private const string Merge = "<<";

    /// <summary>Its name in error messages.</summary>
    public string Name => name;

    /// <summary>Throws unless every key is one of these.</summary>
    public void AllowOnly(params ReadOnlySpan<string> known)
    {
        foreach (var key in node.Children.Keys)
            if (key is not YamlScalarNode { Value: { } text } || !known.Contains(text))
                throw new UnsupportedKubeconfigException($"unknown field \"{key}\" in {name}");
    }

    /// <summary>Throws if a merge key adds the keys of another mapping.</summary>
    public void RefuseMerge()
    {
        if (node.Children.ContainsKey(new YamlScalarNode(Merge)))
            throw new UnsupportedKubeconfigException($"a merge key in {name}");
    }

    /// <summary>Whether the key is present and has a value.</summary>
    public bool Has(string key) => Child(key) is not null;

    /// <summary>A string; null when it is absent, empty or something else.</summary>
    public string? TextOrNull(string key) => Child(key) is YamlScalarNode { Value: { Length: > 0 } text } ? text : null;

    /// <summary>A mapping; null when it is absent or something else.</summary>
    public KubeconfigSection? SectionOrNull(string key) =>
        Child(key) is YamlMappingNode child ? new KubeconfigSection(child, directory, key) : null;

    /// <summary>The mappings in a list; empty when it is absent or something else.</summary>
    public IEnumerable<KubeconfigSection> SectionsOrNone(string key) =>
        (Child(key) as YamlSequenceNode)?.Children.OfType<YamlMappingNode>()
        .Select(child => new KubeconfigSection(child, directory, key)) ?? [];

    /// <summary>A string; null when it is absent or empty.</summary>
    public string? Text(string key) => Child(key) switch
    {
        null => null,
        YamlScalarNode { Value: var text } => string.IsNullOrEmpty(text) ? null : text,
        _ => throw Unexpected(key, "a string"),
    };

    /// <summary>A boolean; false when it is absent.</summary>
    public bool Flag(string key) => Text(key) switch
    {
        null or "false" or "False" or "FALSE" => false,
        "true" or "True" or "TRUE" => true,
        _ => throw Unexpected(key, "true or false"),
    };

    /// <summary>A list of strings; empty when it is absent.</summary>
    public IReadOnlyList<string> Texts(string key) => Child(key) switch
    {
        null => [],
        YamlSequenceNode list => [.. list.Children.Select(item => (item as YamlScalarNode)?.Value
            ?? throw Unexpected(key, "a list of strings"))],
        _ => throw Unexpected(key, "a list"),
    };

    /// <summary>A list of mappings; empty when it is absent.</summary>
    public IReadOnlyList<KubeconfigSection> Sections(string key) => Child(key) switch
    {
        null => [],
        YamlSequenceNode list when list.Children.All(item => item is YamlMappingNode) => [.. SectionsOrNone(key)],
        _ => throw Unexpected(key, "a list of mappings"),
    };

    /// <summary>A mapping; null when it is absent.</summary>
    public KubeconfigSection? Section(string key) => Child(key) is null ? null : SectionOrNull(key) ?? throw Unexpected(key, "a mapping");

    /// <summary>A mapping from strings to lists of strings; empty when it is absent.</summary>
    public IEnumerable<(string Key, string Value)> Pairs(string key)
    {
        if (Section(key) is not { } section)
            return [];
        section.RefuseMerge();
        return Child(key) is YamlMappingNode mapping
            ? mapping.Children.Keys.SelectMany(item => section.Texts($"{item}").Select(value => ($"{item}", value)))
            : [];
    }

    /// <summary>An absolute path; null when it is absent.</summary>
    public string? FilePath(string key) => Text(key) is { } path ? Path.GetFullPath(path, directory) : null;

    /// <summary>
    /// Content stored in the kubeconfig as base64 (<c>KEY-data</c>) or in another file (<c>KEY</c>). As in kubectl, the former wins.
    /// </summary>
    /// <returns>Null when both are absent.</returns>
    public byte[]? Content(string key)
    {
        try
        {
            return Text(key + "-data") is { } data ? Convert.FromBase64String(data)
                : FilePath(key) is { } file ? File.ReadAllBytes(file)
                : null;
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UnsupportedKubeconfigException($"{key}: {e.Message}");
        }
    }

    private UnsupportedKubeconfigException Unexpected(string key, string what) => new($"\"{key}\" in {name} is not {what}");

    private YamlNode? Child(string key) =>
        node.Children.TryGetValue(new YamlScalarNode(key), out var child)
        && child is not YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" } ? child : null;
}

/// <summary>The kubeconfig has something that only kubectl understands, or that kubectl should report.</summary>
/// <param name="reason">What it is.</param>
internal sealed class UnsupportedKubeconfigException(string reason) : Exception(reason);
