using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Login;

/// <summary>One completely understood context: what is needed to talk to its API server.</summary>
/// <param name="Context">Its name as requested, for messages; null for the current one.</param>
/// <param name="Server">The API server.</param>
/// <param name="User">Our identity there; without TLS always anonymous.</param>
/// <param name="Namespace">The namespace to use when none is given.</param>
internal sealed record ApiConfiguration(string? Context, ApiServer Server, ApiUser User, string Namespace)
{
    /// <summary>The API server. Read-only, because the user belongs to it.</summary>
    public ApiServer Server { get; } = Server;

    /// <summary>
    /// Our identity there. Without TLS it is anonymous: anyone on the network could read a token or answer in place of the server, and a
    /// plugin would run for nothing. client-go does not read the user then either (DirectClientConfig.ClientConfig).
    /// </summary>
    public ApiUser User { get; } = Server.IsSecure ? User : ApiUser.Anonymous;

    /// <summary>Reads the kubeconfig; without one, the service account that Kubernetes gives every pod.</summary>
    /// <param name="snapshot">The user's settings and kubeconfig.</param>
    /// <param name="context">The context; null for the current one.</param>
    /// <exception cref="UnsupportedKubeconfigException">Something is unsupported; the message says what.</exception>
    /// <exception cref="SshpodException">The context does not exist, or no cluster is configured.</exception>
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
        var server = ApiServer.Read(cluster ?? throw new UnsupportedKubeconfigException($"context {name} names no existing cluster"));
        var user = ReadUser(files, section.Text("user"), server);
        if (snapshot.IsUnattended && user.Plugin is { } plugin)
            user = user with { Plugin = plugin with { IsUnattended = true } };
        return new ApiConfiguration(context, server, user, section.Text("namespace") ?? "default");
    }

    private static ApiUser ReadUser(KubeconfigFiles files, string? name, ApiServer server)
    {
        if (name is null)
            return ApiUser.Anonymous;
        var section = files.FindUnderstood("users", name, "user") ?? throw new UnsupportedKubeconfigException($"there is no user {name}");
        if (!server.IsSecure)
            // Ignoring it would give us more rights than the user wants, for instance behind `kubectl proxy`.
            return section.Has("as") ? throw new UnsupportedKubeconfigException("impersonation without TLS") : ApiUser.Anonymous;
        var user = ApiUser.Read(section);
        if (user.Plugin is not null && Kuberc.PluginPolicy() is { } policy)
            throw new UnsupportedKubeconfigException(policy);
        return user;
    }
}
