using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Clusters;

/// <summary>What the kubeconfig says of one context. The secrets in it are not read.</summary>
/// <param name="Server">URL of the API server; null when it is none.</param>
/// <param name="ProxyUrl">Proxy on the way to it; null when none is set.</param>
/// <param name="Namespace">Namespace set on the context, else <c>default</c>.</param>
/// <param name="Contexts">Names of all contexts.</param>
public sealed record Kubeconfig(Uri? Server, string? ProxyUrl, string Namespace, IReadOnlyList<string> Contexts)
{
    /// <summary>
    /// Reads the files in KUBECONFIG, else <c>~/.kube/config</c>. As kubectl does, it skips files that are missing and takes of each
    /// name the first entry.
    /// </summary>
    /// <param name="context">The context; null for the current one.</param>
    /// <returns>Null when nothing that can be read names the context.</returns>
    public static Kubeconfig? Read(string? context)
    {
        var files = Files().Select(Load).OfType<YamlMappingNode>().ToArray();
        context ??= files.Select(file => Text(file, "current-context")).FirstOrDefault(name => !string.IsNullOrEmpty(name));
        if (context is null || Entry(files, "contexts", context, "context") is not { } found)
            return null;
        var cluster = Text(found, "cluster") is { } name ? Entry(files, "clusters", name, "cluster") : null;
        return new Kubeconfig(
            Uri.TryCreate(Text(cluster, "server"), UriKind.Absolute, out var server) ? server : null,
            Text(cluster, "proxy-url") is { Length: > 0 } proxy ? proxy : null,
            Text(found, "namespace") is { Length: > 0 } ns ? ns : "default",
            [.. files.SelectMany(file => Entries(file, "contexts")).Select(entry => Text(entry, "name")).OfType<string>().Distinct()]);
    }

    private static string[] Files()
    {
        var variable = Environment.GetEnvironmentVariable("KUBECONFIG");
        return string.IsNullOrEmpty(variable)
            ? [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")]
            : variable.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
    }

    private static YamlMappingNode? Load(string file)
    {
        try
        {
            using var reader = File.OpenText(file);
            var stream = new YamlStream();
            stream.Load(reader);
            return stream.Documents.Count > 0 ? stream.Documents[0].RootNode as YamlMappingNode : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or YamlException)
        {
            return null;
        }
    }

    private static YamlMappingNode? Entry(YamlMappingNode[] files, string list, string name, string kind) =>
        files.SelectMany(file => Entries(file, list)).Where(entry => Text(entry, "name") == name)
            .Select(entry => Child(entry, kind) as YamlMappingNode).FirstOrDefault(entry => entry is not null);

    private static IEnumerable<YamlMappingNode> Entries(YamlMappingNode file, string list) =>
        (Child(file, list) as YamlSequenceNode)?.Children.OfType<YamlMappingNode>() ?? [];

    private static string? Text(YamlMappingNode? node, string key) => (Child(node, key) as YamlScalarNode)?.Value;

    private static YamlNode? Child(YamlMappingNode? node, string key) =>
        node?.Children.TryGetValue(new YamlScalarNode(key), out var child) == true ? child : null;
}
