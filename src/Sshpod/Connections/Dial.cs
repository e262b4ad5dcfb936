using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;
using Sshpod.Tunnels;

namespace Sshpod.Connections;

/// <summary>An attempt to reach a remembered server. Unless it is taken, disposing it ends the attempt and closes its tunnel.</summary>
internal sealed class Dial : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Task<Tunnel?> _opening;
    private bool _isTaken;

    /// <summary>Begins the attempt.</summary>
    /// <param name="cluster">How the container is reached.</param>
    /// <param name="remembered">The server, which listens.</param>
    /// <param name="cancellation">Ends it.</param>
    public Dial(IClusterStreams cluster, RememberedServer remembered, CancellationToken cancellation)
    {
        Remembered = remembered;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _opening = OpenAsync(cluster, _end.Token);
    }

    /// <summary>The server.</summary>
    public RememberedServer Remembered { get; }

    /// <summary>The tunnel, if the server is in this container and answers; null otherwise.</summary>
    public async Task<Tunnel?> TakeAsync(PodContainer container)
    {
        if (Remembered.Container != container)
        {
            Log.Debug($"remembered: another container, {Remembered.Container} {Remembered.Container.ContainerId}");
            return null;
        }
        var tunnel = await _opening;
        _isTaken = tunnel is not null;
        return tunnel;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isTaken)
        {
            await _end.CancelAsync();
            await ((Task)_opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_opening.IsCompletedSuccessfully && _opening.Result is { } tunnel)
                await tunnel.DisposeAsync();
        }
        _end.Dispose();
    }

    private async Task<Tunnel?> OpenAsync(IClusterStreams cluster, CancellationToken cancellation)
    {
        try
        {
            return await PortForwardTunnel.OpenAsync(
                cluster, Remembered.Container, Remembered.Server!, ConnectionLimits.RememberedBanner, cancellation);
        }
        catch (SshpodException e)
        {
            Log.Debug($"remembered: {e.Message}");
            return null;
        }
    }
}
