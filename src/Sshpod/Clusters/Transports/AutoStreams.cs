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
    // The rights to them differ.
    private readonly Ways<Way> _execs = Of(api, kubectl), _portForwards = Of(api, kubectl);

    /// <summary>Why the API server refused a stream; null when it has refused none.</summary>
    public SshpodException? Refusal { get; private set; }

    /// <inheritdoc/>
    public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation) =>
        TryAsync(_execs, streams => streams.ExecAsync(container, command, cancellation));

    /// <inheritdoc/>
    public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation) =>
        TryAsync(_portForwards, streams => streams.PortForwardAsync(container, port, cancellation));

    // Not remembered for the next process: kubectl takes longer than a refusal, and its way may be closed some day as well.
    private static Ways<Way> Of(IClusterStreams api, IClusterStreams kubectl) =>
        new("transport", [new Way("api", api), new Way("kubectl", kubectl)]);

    private Task<Duplex> TryAsync(Ways<Way> ways, Func<IClusterStreams, Task<Duplex>> attempt) =>
        ways.FirstAsync((way, _) => attempt(way.Streams), IsRefused);

    private bool IsRefused(Exception e)
    {
        if (e is not UpgradeRefusedException refusal || ProgramPath.Find("kubectl") is null)
            return false;
        Refusal = refusal;
        return true;
    }

    private sealed record Way(string Name, IClusterStreams Streams)
    {
        public override string ToString() => Name;
    }
}
