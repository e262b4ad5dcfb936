using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Targets;
using Sshpod.Terminal;
using Sshpod.Tunnels;

namespace Sshpod.Connections;

/// <summary>
/// The way back to a server whose stream was lost: the same container, through the context of the same name, with whatever the kubeconfig
/// says now. A tunnel of the other kind will do.
/// </summary>
/// <param name="snapshot">What the user had set up when the connection was opened.</param>
/// <param name="context">The context that the address names; null for the one that was current.</param>
/// <param name="remembered">The server.</param>
/// <param name="forced">The only tunnel that the user wants; null for whichever works.</param>
internal sealed class Reconnection(Snapshot snapshot, string? context, RememberedServer remembered, TunnelKind? forced) : IWayBack
{
    private readonly PodContainer _container = remembered.Container;
    private RemoteServer? _server = remembered.Server;
    private TunnelKind _kind = remembered.Server is null ? TunnelKind.Exec : TunnelKind.PortForward;
    private bool _isDistrusted;
    private int _silent;
    private long? _contextMissing;

    // What was current then stays meant. Parsed only now: most connections never need it.
    private readonly Lazy<string?> _context = new(() => context ?? snapshot.Kubeconfig.UnderstoodCurrentContext());

    /// <inheritdoc/>
    public void Distrust() => _isDistrusted = true;

    /// <inheritdoc/>
    public async Task<Tunnel> OpenAsync(CancellationToken cancellation)
    {
        // The screen belongs to a program of the user's.
        using var silence = Progress.Silence();
        var cluster = Choose();
        if (cluster.Objects is ApiCluster api)
            await api.AuthenticateAsync(cancellation);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var time = cluster.Objects is ApiCluster ? ConnectionLimits.Redial : ConnectionLimits.RedialByKubectl;
        limit.CancelAfter(time);
        var looking = Disappearance.FindAsync(cluster.Objects, _container, limit.Token);
        var opening = OpenAsync(cluster, looking, limit);
        _ = DisposeAfterAsync(cluster, looking, opening);
        try
        {
            if (await Task.WhenAny(opening, looking) == looking && await GoneAsync(looking) is { } gone)
                throw await AbandonAsync(opening, gone, limit);
            return await opening;
        }
        catch (SshpodException e) when (e is not ConnectionOverException)
        {
            // Streams fail in many ways when a container ends.
            if (await GoneAsync(looking) is { } gone)
                throw Over(gone);
            throw;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SshpodException($"no answer in {time.TotalSeconds:0} s");
        }
    }

    private static async Task<string?> GoneAsync(Task<string?> looking)
    {
        await ((Task)looking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return looking.IsCompletedSuccessfully ? looking.Result : null;
    }

    private static async Task<ConnectionOverException> AbandonAsync(Task<Tunnel> opening, string gone, CancellationTokenSource limit)
    {
        await limit.CancelAsync();
        await ((Task)opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (opening.IsCompletedSuccessfully)
            await opening.Result.DisposeAsync();
        return Over(gone);
    }

    // The server has not said so: with another cluster in the kubeconfig, it may be there all the same.
    private static ConnectionOverException Over(string gone) => new(gone);

    // Its idle connections would stay open, attempt after attempt.
    private static async Task DisposeAfterAsync(Cluster cluster, Task looking, Task opening)
    {
        await Task.WhenAll(looking, opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cluster.Objects is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
    }

    private Cluster Choose()
    {
        var files = KubeconfigFiles.Take();
        if (_context.Value is { } name && !files.Contexts.Contains(name))
        {
            _contextMissing ??= Environment.TickCount64;
            var missing = TimeSpan.FromMilliseconds(Environment.TickCount64 - _contextMissing.Value);
            var message = $"context \"{name}\" is no longer in the kubeconfig";
            // Programs that write it may remove it for a moment.
            throw missing >= ConnectionLimits.ContextMissing ? new ConnectionOverException(message) : new SshpodException(message);
        }
        _contextMissing = null;
        return Transport.Choose(new Snapshot(snapshot.Settings, files, IsUnattended: true), _context.Value);
    }

    /// <summary>Tries once through a cluster.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="looking">Finds out whether the container is gone.</param>
    /// <param name="limit">Ends the attempt.</param>
    internal async Task<Tunnel> OpenAsync(Cluster cluster, Task<string?> looking, CancellationTokenSource limit)
    {
        // For one attempt: where nobody may exec, the port may still be the server's, which proves itself by its key.
        var isDistrusted = Interlocked.Exchange(ref _isDistrusted, false);
        if (_kind == TunnelKind.PortForward && !isDistrusted)
            try
            {
                var tunnel = await PortForwardAsync(cluster, limit.Token);
                _silent = 0;
                return tunnel;
            }
            catch (UnresponsiveServerException e) when (!e.IsCut && (!e.IsSilent || ++_silent > 1))
            {
                Log.Debug($"resume: {e.Message}: asking the container");
            }
            catch (SshpodException e) when (e is not UnresponsiveServerException && forced is null)
            {
                // Where the API server answers and only the port-forward fails, exec may be allowed.
                if (await GoneAsync(looking) is not null || !looking.IsCompletedSuccessfully)
                    throw;
                Log.Debug($"resume: {e.Message}: through exec");
                _kind = TunnelKind.Exec;
            }
        limit.CancelAfter(ConnectionLimits.RedialByExec);
        var shell = new ContainerShell(_container, snapshot.Settings, remembered.Shell);
        var bootstrap = new Bootstrap(cluster.Streams, _container, shell, remembered.Access, snapshot.Settings);
        return _kind == TunnelKind.PortForward && await AskAsync(cluster, bootstrap, limit.Token) is { } open ? open
            : await ExecTunnel.OpenAsync(await bootstrap.StartSessionAsync(limit.Token), _container, limit.Token);
    }

    /// <summary>Asks the container for the server's port: a new listener finds the connection too.</summary>
    /// <returns>Null if exec is to be tried.</returns>
    private async Task<Tunnel?> AskAsync(Cluster cluster, Bootstrap bootstrap, CancellationToken cancellation)
    {
        _server = await bootstrap.StartAsync(fresh: false, cancellation);
        RememberedServers.Add(remembered with { Server = _server });
        try
        {
            var tunnel = await PortForwardAsync(cluster, cancellation);
            _silent = 0;
            return tunnel;
        }
        catch (UnresponsiveServerException e) when (forced is null)
        {
            Log.Debug($"resume: {e.Message}: through exec");
            return null;
        }
    }

    private Task<Tunnel> PortForwardAsync(Cluster cluster, CancellationToken cancellation) =>
        PortForwardTunnel.OpenAsync(cluster.Streams, _container, _server!, TunnelLimits.Banner, cancellation);
}
