using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Login;

/// <summary>One context, understood completely: what is needed to speak with its API server.</summary>
/// <param name="Context">Its name as it was asked for; null for the current one. For messages.</param>
/// <param name="Server">The API server.</param>
/// <param name="User">Who we are there. Without TLS nobody, whatever is given.</param>
/// <param name="Namespace">The namespace where none is given.</param>
internal sealed record ApiConfiguration(string? Context, ApiServer Server, ApiUser User, string Namespace)
{
    /// <summary>The API server. It cannot be exchanged for another: the user belongs to it.</summary>
    public ApiServer Server { get; } = Server;

    /// <summary>
    /// Who we are there. Without TLS nobody: anyone on the way could read a token, answer in place of the server, and have a plugin run for
    /// nothing. client-go does not read the user either then (DirectClientConfig.ClientConfig).
    /// </summary>
    public ApiUser User { get; } = Server.IsSecure ? User : ApiUser.Anonymous;

    /// <summary>Reads the kubeconfig; without one, what Kubernetes gives every pod.</summary>
    /// <param name="snapshot">What the user has set up.</param>
    /// <param name="context">The context; null for the current one.</param>
    /// <exception cref="UnsupportedKubeconfigException">There is something that is not understood; the message says what.</exception>
    /// <exception cref="SshpodException">There is no such context, or no cluster at all.</exception>
    public static ApiConfiguration Read(Snapshot snapshot, string? context)
    {
        var files = snapshot.Kubeconfig;
        if (files.Problems.Count > 0)
            throw new UnsupportedKubeconfigException(files.Problems[0]);
        if ((context ?? files.CurrentContext) is not { } name)
            return InCluster.Read(InCluster.Mount) ?? throw ClusterException.NotConfigured(files);
        var section = files.FindUnderstood("contexts", name, "context")
            ?? throw ClusterException.NoSuchContext(name, files.Contexts, snapshot);
        section.AllowOnly("cluster", "user", "namespace", "extensions");

        var cluster = section.Text("cluster") is { } clusterName ? files.FindUnderstood("clusters", clusterName, "cluster") : null;
        var server = ApiServer.Read(cluster ?? throw new UnsupportedKubeconfigException($"context {name} names no cluster that is there"));
        return new ApiConfiguration(context, server, ReadUser(files, section.Text("user"), server), section.Text("namespace") ?? "default");
    }

    private static ApiUser ReadUser(KubeconfigFiles files, string? name, ApiServer server)
    {
        if (name is null)
            return ApiUser.Anonymous;
        var section = files.FindUnderstood("users", name, "user") ?? throw new UnsupportedKubeconfigException($"there is no user {name}");
        if (!server.IsSecure)
            // Left out, it would make us more than the user wants to be, behind `kubectl proxy` for instance.
            return section.Has("as") ? throw new UnsupportedKubeconfigException("impersonation without TLS") : ApiUser.Anonymous;
        var user = ApiUser.Read(section);
        if (user.Plugin is not null && Kuberc.PluginPolicy() is { } policy)
            throw new UnsupportedKubeconfigException(policy);
        return user;
    }
}
