using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>A <c>kubectl port-forward</c> for one connection: since 1.23 an error in one ends all (kubectl#1169).</summary>
internal sealed partial class KubectlPortForward : StreamDuplex
{
    private readonly KubectlProcess _process;
    private readonly Socket _socket;
    private readonly NamedContext _context;

    private KubectlPortForward(KubectlProcess process, Socket socket, NetworkStream stream, NamedContext context) : base(stream, stream) =>
        (_process, _socket, _context) = (process, socket, context);

    /// <summary>Waits for kubectl to listen, and connects. Whether the port in the pod answers is not known yet.</summary>
    public static async Task<Duplex> ConnectAsync(
        KubectlProcess process, PodContainer container, NamedContext context, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ClusterLimits.PortForwardStart);
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var port = await ReadPortAsync(process, container, context, limit.Token);
            await socket.ConnectAsync(IPAddress.Loopback, port, limit.Token);
            return new KubectlPortForward(process, socket, new NetworkStream(socket), context);
        }
        catch (Exception e)
        {
            socket.Dispose();
            await process.DisposeAsync();
            if (e is OperationCanceledException && !cancellation.IsCancellationRequested)
                throw new SshpodException(
                    $"kubectl port-forward to {container} did not start in {ClusterLimits.PortForwardStart.TotalSeconds:0} s",
                    "check the network");
            if (e is SocketException)
                throw new SshpodException($"kubectl port-forward to {container} accepts no connection: {e.Message}", "connect again");
            throw;
        }
    }

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellation)
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The far side has already closed.
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask<StreamEnd> EndAsync(CancellationToken cancellation)
    {
        // Since 1.23 kubectl exits when its connection fails; older versions do not, and print nothing.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ClusterLimits.PortForwardEnd);
        try
        {
            var (exitCode, errorText) = await _process.WaitAsync(limit.Token);
            if (exitCode != 0 || errorText.Length > 0)
                return new StreamEnd.Refused(ClusterException.FromKubectl(errorText, _context));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Only the socket can tell how it ended.
        }
        return await base.EndAsync(cancellation);
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _socket.Dispose();
        await _process.DisposeAsync();
    }

    // "Forwarding from 127.0.0.1:40123 -> 22"
    private static async Task<int> ReadPortAsync(
        KubectlProcess process, PodContainer container, NamedContext context, CancellationToken cancellation)
    {
        var reader = new LineReader(new StreamDuplex(process.Output, Stream.Null));
        while (await reader.ReadLineAsync(cancellation) is { } line)
            if (ForwardingFrom().Match(line) is { Success: true } match)
                return int.Parse(match.Groups["port"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture);
        var (_, errorText) = await process.WaitAsync(cancellation);
        throw ExecFailure.Explain(container, errorText) ?? ClusterException.FromKubectl(errorText, context);
    }

    [GeneratedRegex(@"^Forwarding from 127\.0\.0\.1:(?<port>\d{1,5}) ->")]
    private static partial Regex ForwardingFrom();
}
