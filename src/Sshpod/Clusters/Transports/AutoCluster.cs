using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Kubectl;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Transports;

/// <summary>
/// Uses the API server directly, and kubectl when it refuses a WebSocket: a role may grant <c>create</c> on pods/exec, which kubectl before
/// 1.31 needs, but not <c>get</c>; a proxy may pass SPDY but not WebSocket (kubernetes#126134).
/// </summary>
internal sealed class AutoCluster(ApiCluster api, KubectlCluster kubectl) : ICluster
{
    /// <inheritdoc/>
    public string? Context => kubectl.Context;

    /// <summary>The cluster through its API server alone.</summary>
    public ApiCluster Api => api;

    /// <summary>Why the API server refused the last WebSocket; null when it has refused none.</summary>
    public SshpodException? Refusal { get; private set; }

    /// <inheritdoc/>
    public Uri? Server => api.Server;

    /// <inheritdoc/>
    public Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation) =>
        api.GetAsync(resource, ns, name, cancellation);

    /// <inheritdoc/>
    public Task<PodList> ListPodsAsync(string ns, LabelSelector selector, bool withReplicaSets, CancellationToken cancellation) =>
        api.ListPodsAsync(ns, selector, withReplicaSets, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<T>> ListPodsAsync<T>(PodScope scope, Func<Pod, IEnumerable<T>> keep, CancellationToken cancellation) =>
        api.ListPodsAsync(scope, keep, cancellation);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListNamesAsync(Resource resource, string? ns, CancellationToken cancellation) =>
        api.ListNamesAsync(resource, ns, cancellation);

    /// <inheritdoc/>
    public Task<bool> MayAsync(Right right, CancellationToken cancellation) => api.MayAsync(right, cancellation);

    /// <inheritdoc/>
    public Task<string> GetVersionAsync(CancellationToken cancellation) => api.GetVersionAsync(cancellation);

    /// <inheritdoc/>
    public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation) =>
        TryAsync(cluster => cluster.ExecAsync(container, command, cancellation));

    /// <inheritdoc/>
    public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation) =>
        TryAsync(cluster => cluster.PortForwardAsync(container, port, cancellation));

    private async Task<T> TryAsync<T>(Func<ICluster, Task<T>> attempt)
    {
        try
        {
            return await attempt(api);
        }
        catch (UpgradeRefusedException e) when (ProgramPath.Find("kubectl") is not null)
        {
            Refusal = e;
            Log.Debug($"transport: kubectl for this, since the API server refuses a WebSocket: {e.Message}");
            return await attempt(kubectl);
        }
    }
}
