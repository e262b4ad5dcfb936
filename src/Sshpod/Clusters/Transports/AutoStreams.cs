using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Transports;

/// <summary>
/// Streams from the API server itself, and from kubectl when it refuses a WebSocket: a role may grant <c>create</c> on pods/exec, which
/// kubectl before 1.31 needs, but not <c>get</c>; a proxy may pass SPDY but not WebSocket (kubernetes#126134).
/// </summary>
internal sealed class AutoStreams(IClusterStreams api, IClusterStreams kubectl) : IClusterStreams
{
    /// <summary>Why the API server refused the last WebSocket; null when it has refused none.</summary>
    public SshpodException? Refusal { get; private set; }

    /// <inheritdoc/>
    public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation) =>
        TryAsync(streams => streams.ExecAsync(container, command, cancellation));

    /// <inheritdoc/>
    public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation) =>
        TryAsync(streams => streams.PortForwardAsync(container, port, cancellation));

    private async Task<Duplex> TryAsync(Func<IClusterStreams, Task<Duplex>> attempt)
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
