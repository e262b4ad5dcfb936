using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>A tunnel through exec: its stream is the connection, to a server of its own that listens nowhere.</summary>
public sealed class ExecTunnel : Tunnel
{
    // Whoever broke it may never say why (rke2#10237).
    private static readonly TimeSpan ExplanationLimit = TimeSpan.FromSeconds(1);

    private readonly RemoteSession _session;

    private ExecTunnel(RemoteSession session) => _session = session;

    /// <summary>Waits for the banner of a server that has said it is ready.</summary>
    /// <param name="session">The stream; owned.</param>
    /// <param name="container">Where it leads; for messages.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="SshpodException">No ssh server speaks.</exception>
    public static async Task<Tunnel> OpenAsync(RemoteSession session, PodContainer container, CancellationToken cancellation)
    {
        using var progress = Progress.Begin($"connecting to the server in {container}");
        var tunnel = new ExecTunnel(session);
        try
        {
            return await tunnel.WaitForBannerAsync(session.HostKey, "on its exec stream", BannerLimit, cancellation) is not { } problem ? tunnel
                : throw new UnresponsiveServerException(container, problem);
        }
        catch (Exception e)
        {
            await tunnel.DisposeAsync();
            if (e is TimeoutException)
                throw new UnresponsiveServerException(container, $"did not answer on its exec stream in {BannerLimit.TotalSeconds:0} s") { IsSilent = true };
            throw;
        }
    }

    /// <inheritdoc/>
    protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation) => _session.Output.ReadAsync(buffer, cancellation);

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _session.Exec.Input.WriteAsync(bytes, cancellation);
        await _session.Exec.Input.FlushAsync(cancellation);
    }

    /// <summary>Ends the whole stream where its input has no end of its own: ssh has what it wants, and the server ends with its stdin.</summary>
    public override void CompleteWriting() => _ = EndAsync();

    private async Task EndAsync()
    {
        try
        {
            if (_session.Exec.CanCloseInput)
                await _session.Exec.Input.DisposeAsync();
            else
                await _session.Exec.DisposeAsync();
        }
        catch (IOException)
        {
            // It has ended already.
        }
    }

    /// <inheritdoc/>
    public override async Task<SshpodException?> ExplainEndAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ExplanationLimit);
        try
        {
            var said = await _session.Exec.ExplainEndAsync(limit.Token);
            return said is not BrokenStreamException broken ? said
                : broken.IsOrderly ? null
                : new SshpodException($"the exec stream ended ({broken.Detail})");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _session.Exec.DisposeAsync();
}
