using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sshpod.Clusters.Kubectl;

/// <summary>What kubectl makes of the kubeconfig for one context. Read only on the way to an error message.</summary>
internal sealed record KubectlConfig(Uri? Server, string? ProxyUrl, string Namespace)
{
    /// <summary>Asks kubectl, which merges the files; it does not talk to the cluster for that, and leaves the secrets out.</summary>
    public static async Task<KubectlConfig> ReadAsync(string? context, CancellationToken cancellation)
    {
        string[] which = context is null ? [] : ["--context", context];
        await using var process = KubectlProcess.Start(["config", "view", "--minify", "-o", "json", .. which], withInput: false);
        var view = await JsonSerializer.DeserializeAsync(process.Output, KubectlConfigJson.Default.ConfigView, cancellation);
        var cluster = view?.Clusters is [{ Cluster: var found }, ..] ? found : null;
        var ns = view?.Contexts is [{ Context.Namespace: var set }, ..] ? set : null;
        return new KubectlConfig(
            Uri.TryCreate(cluster?.Server, UriKind.Absolute, out var server) ? server : null,
            string.IsNullOrEmpty(cluster?.ProxyUrl) ? null : cluster.ProxyUrl,
            string.IsNullOrEmpty(ns) ? "default" : ns);
    }
}

internal sealed record ConfigView(IReadOnlyList<NamedCluster>? Clusters, IReadOnlyList<NamedContext>? Contexts);

internal sealed record NamedCluster(ClusterEntry? Cluster);

internal sealed record ClusterEntry(string? Server, [property: JsonPropertyName("proxy-url")] string? ProxyUrl);

internal sealed record NamedContext(ContextEntry? Context);

internal sealed record ContextEntry(string? Namespace);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ConfigView))]
internal sealed partial class KubectlConfigJson : JsonSerializerContext;
