using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>A tunnel through port-forward to the server's port.</summary>
public sealed class PortForwardTunnel : Tunnel
{
    private readonly IPortForward _forward;

    private PortForwardTunnel(IPortForward forward) => _forward = forward;

    /// <summary>Connects to a server's port and waits for its banner.</summary>
    /// <param name="cluster">How the container is reached.</param>
    /// <param name="container">Where the server runs.</param>
    /// <param name="server">The server.</param>
    /// <param name="bannerLimit">How long it may take to answer.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="SshpodException">No port-forward, or another or no ssh server behind it.</exception>
    public static async Task<Tunnel> OpenAsync(ICluster cluster, PodContainer container, RemoteServer server, TimeSpan bannerLimit, CancellationToken cancellation)
    {
        using var progress = Progress.Begin($"connecting to the server in {container}");
        // kubectl refuses it, and other ways would have to be found out about; exec reaches it.
        if (!container.PodIsRunning)
            throw new SshpodException($"port-forward does not reach {container}: its pod is not Running yet", "let SSHPOD_TUNNEL be auto: exec reaches it");
        var tunnel = new PortForwardTunnel(await cluster.PortForwardAsync(container, server.Port, cancellation));
        try
        {
            return await tunnel.WaitForBannerAsync(server.HostKey, $"on port {server.Port}", bannerLimit, cancellation) is not { } problem ? tunnel
                : throw new UnresponsiveServerException(container, problem);
        }
        catch (Exception e)
        {
            await tunnel.DisposeAsync();
            if (e is TimeoutException)
                throw new UnresponsiveServerException(container, $"did not answer on port {server.Port} in {bannerLimit.TotalSeconds:0} s") { IsSilent = true };
            throw;
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation) => _forward.Stream.ReadAsync(buffer, cancellation);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => _forward.Stream.WriteAsync(bytes, cancellation);

    /// <inheritdoc/>
    public override void CompleteWriting() => _forward.CompleteWriting();

    /// <inheritdoc/>
    public override Task<SshpodException?> ExplainEndAsync(CancellationToken cancellation) => _forward.ExplainEndAsync(cancellation);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _forward.DisposeAsync();
}
