using Sshpod.Terminal;

namespace Sshpod.Clusters.Api;

/// <summary>One context, understood completely: what is needed to speak with its API server.</summary>
/// <param name="Context">Its name as it was asked for; null for the current one. For messages.</param>
/// <param name="Server">The API server.</param>
/// <param name="User">Who we are there.</param>
/// <param name="Namespace">The namespace where none is given.</param>
internal sealed record ApiConfiguration(string? Context, ApiServer Server, ApiUser User, string Namespace)
{
    /// <summary>Reads the kubeconfig; without one, what Kubernetes gives every pod.</summary>
    /// <param name="context">The context; null for the current one.</param>
    /// <exception cref="UnsupportedKubeconfigException">There is something that is not understood; the message says what.</exception>
    /// <exception cref="SshpodException">There is no such context, or no cluster at all.</exception>
    public static ApiConfiguration Read(string? context)
    {
        var files = KubeconfigFiles.Load();
        if (files.Problems.Count > 0)
            throw new UnsupportedKubeconfigException(files.Problems[0]);
        if ((context ?? files.CurrentContext) is not { } name)
            return InCluster.Read(InCluster.Mount) ?? throw ClusterException.NotConfigured();
        var section = files.Find("contexts", name, "context") ?? throw ClusterException.NoSuchContext(name, files.Contexts);
        section.AllowOnly("cluster", "user", "namespace", "extensions");

        var cluster = section.Text("cluster") is { } clusterName ? files.Find("clusters", clusterName, "cluster") : null;
        var server = ApiServer.Read(cluster ?? throw new UnsupportedKubeconfigException($"context {name} names no cluster that is there"));
        var user = section.Text("user") is { } userName
            ? ApiUser.Read(files.Find("users", userName, "user") ?? throw new UnsupportedKubeconfigException($"there is no user {userName}"))
            : ApiUser.Anonymous;
        return new ApiConfiguration(context, server, user, section.Text("namespace") ?? "default");
    }
}
