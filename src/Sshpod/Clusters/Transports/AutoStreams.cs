using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Transports;

/// <summary>
/// Streams from the API server itself, and from kubectl when all our protocols are refused: it may be older or newer than what we know.
/// The API server is asked first each time, since a refusal takes less time than kubectl does.
/// </summary>
internal sealed class AutoStreams(IClusterStreams api, IClusterStreams kubectl) : IClusterStreams
{
    /// <summary>Why the API server refused a stream; null when it has refused none.</summary>
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
        catch (UpgradeRefusedException e) when (e.MayAnotherPass && ProgramPath.Find("kubectl") is not null)
        {
            Log.Debug($"transport: kubectl, since the API server refuses: {e.Message}");
            Refusal = e;
            return await attempt(kubectl);
        }
    }
}
