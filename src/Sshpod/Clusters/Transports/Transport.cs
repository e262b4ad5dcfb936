using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Kubectl;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Transports;

/// <summary>A transport and why it was chosen.</summary>
/// <param name="Cluster">The cluster, reached through it.</param>
/// <param name="Name"><c>api</c> or <c>kubectl</c>.</param>
/// <param name="Reason">The reason, as the end of a sentence.</param>
public sealed record ChosenTransport(Cluster Cluster, string Name, string Reason);

/// <summary>How the cluster is reached: as the user asks, by default through the transport that understands the kubeconfig.</summary>
public static class Transport
{
    /// <summary>Chooses a transport. <c>auto</c> talks to the API server directly when it understands the kubeconfig completely.</summary>
    /// <param name="snapshot">The user's settings and kubeconfig.</param>
    /// <param name="context">Context of the kubeconfig; null for the current one.</param>
    /// <exception cref="SshpodException">The transport, context or cluster does not exist, or <c>api</c> was requested and does not
    /// understand the kubeconfig.</exception>
    public static Cluster Choose(Snapshot snapshot, string? context)
    {
        var chosen = Select(snapshot, context);
        Log.Debug($"transport: {chosen.Name}, {chosen.Reason}");
        return chosen.Cluster;
    }

    /// <summary>Chooses a transport, and says why.</summary>
    /// <param name="snapshot">The user's settings and kubeconfig.</param>
    /// <param name="context">Context of the kubeconfig; null for the current one.</param>
    /// <exception cref="SshpodException">The transport, context or cluster does not exist, or <c>api</c> was requested and does not
    /// understand the kubeconfig.</exception>
    public static ChosenTransport Select(Snapshot snapshot, string? context)
    {
        var (wanted, asked) = (snapshot.Settings.Transport, $"as {snapshot.Settings.TransportSource} says");
        var kubectl = new KubectlCluster(context, snapshot);
        if (wanted == TransportKind.Kubectl)
            return new ChosenTransport(new Cluster(kubectl, kubectl), "kubectl", asked);
        try
        {
            var api = new ApiCluster(ApiConfiguration.Read(snapshot, context), remembers: true);
            return wanted == TransportKind.Api
                ? new ChosenTransport(new Cluster(api, api), "api", asked)
                : new ChosenTransport(new Cluster(api, new AutoStreams(api, kubectl)), "api", "since it understands the kubeconfig");
        }
        catch (UnsupportedKubeconfigException e) when (wanted == TransportKind.Auto)
        {
            return new ChosenTransport(new Cluster(kubectl, kubectl), "kubectl",
                $"since the api transport does not understand the kubeconfig: unsupported: {e.Message}");
        }
        catch (UnsupportedKubeconfigException e)
        {
            throw new SshpodException($"the api transport does not understand the kubeconfig: unsupported: {e.Message}",
                $"set {Setting.Transport.Variable}=kubectl");
        }
    }
}
