using Sshpod.Clusters;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.HostNames;
using Sshpod.Settings;

namespace Sshpod.Doctor;

/// <summary>The context in effect: that it exists, with its cluster and its user, and whether a host name can hold it.</summary>
internal static class ContextCheck
{
    /// <summary>Looks the context up.</summary>
    /// <param name="files">The kubeconfig.</param>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="named">The context that the host name names; null for the current one.</param>
    /// <returns>Where its API server is, and which namespace it sets.</returns>
    public static Finding<Kubeconfig> Run(KubeconfigFiles files, Snapshot snapshot, string? named)
    {
        if ((named ?? files.CurrentContext) is not { } name)
            return InCluster.Read(InCluster.Mount) is { } pod
                ? Finding.Ok(new Kubeconfig(pod.Server.Url, null, pod.Namespace, []),
                    $"that of this pod: {pod.Server}, namespace \"{pod.Namespace}\"")
                : Finding.Failure<Kubeconfig>("the kubeconfig sets no current context",
                    "run kubectl config use-context NAME, or write context--NAME in the host name");
        try
        {
            _ = files.FindUnderstood("contexts", name, "context");
        }
        catch (UnsupportedKubeconfigException e)
        {
            return Finding.Ok(new Kubeconfig(null, null, "default", files.Contexts),
                $"\"{name}\": left to kubectl, since the kubeconfig has {e.Message}");
        }
        if (files.Find("contexts", name, "context") is not { } context || Kubeconfig.Read(files, name) is not { } kubeconfig)
            throw ClusterException.NoSuchContext(name, files.Contexts, snapshot);
        var missing = new[] { ("cluster", "clusters"), ("user", "users") }
            .Where(kind => context.TextOrNull(kind.Item1) is { } entry && files.Find(kind.Item2, entry, kind.Item1) is null)
            .Select(kind => $"{kind.Item1} \"{context.TextOrNull(kind.Item1)}\"").ToArray();
        if (missing.Length > 0)
            return Finding.Failure<Kubeconfig>(
                $"context \"{name}\" names {string.Join(" and ", missing)}, which the kubeconfig does not have", "correct the kubeconfig");
        if (kubeconfig.Server is null)
            return Finding.Failure<Kubeconfig>($"context \"{name}\" has no API server URL", "correct the kubeconfig");

        var text = $"\"{name}\": {kubeconfig.Server}, namespace \"{kubeconfig.Namespace}\"";
        // An alias has led here, or can.
        return HostName.IsContext(name) || snapshot.Settings.Aliases.Contexts.Values.Contains(name)
            ? Finding.Ok(kubeconfig, text)
            : Finding.Warning(kubeconfig, $"{text}; its name cannot be written in a host name",
                ContextAlias.Offer(name, snapshot.Settings.Aliases, files.Contexts));
    }
}
