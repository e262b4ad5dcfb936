namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>What the kubeconfig says about one context. Its secrets are not read.</summary>
/// <param name="Server">URL of the API server; null when we do not understand it.</param>
/// <param name="ProxyUrl">Proxy to reach it; null when none is set.</param>
/// <param name="Namespace">Namespace set on the context, else <c>default</c>.</param>
/// <param name="Contexts">Names of all contexts.</param>
public sealed record Kubeconfig(Uri? Server, string? ProxyUrl, string Namespace, IReadOnlyList<string> Contexts)
{
    /// <summary>Looks up a context.</summary>
    /// <param name="files">The kubeconfig.</param>
    /// <param name="context">The context; null for the current one.</param>
    /// <returns>Null when no readable file has the context.</returns>
    public static Kubeconfig? Read(KubeconfigFiles files, string? context)
    {
        if ((context ?? files.CurrentContext) is not { } name || files.Find("contexts", name, "context") is not { } found)
            return null;
        var cluster = found.TextOrNull("cluster") is { } clusterName ? files.Find("clusters", clusterName, "cluster") : null;
        return new Kubeconfig(
            ServerUrl.Read(cluster?.TextOrNull("server")),
            cluster?.TextOrNull("proxy-url"),
            found.TextOrNull("namespace") ?? "default",
            files.Contexts);
    }
}
