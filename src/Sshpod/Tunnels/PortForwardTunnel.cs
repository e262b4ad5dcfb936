using System.Globalization;
using System.Text;
using Sshpod.Addressing;
using Sshpod.Clusters;
using Sshpod.Server;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>
/// Bytes to and from a server through port-forward. It is open when the server's banner has arrived: until then a port-forward proves nothing.
/// </summary>
public sealed class PortForwardTunnel : IAsyncDisposable
{
    private static readonly TimeSpan BannerLimit = TimeSpan.FromSeconds(5);

    // RFC 4253 section 4.2: at most 255 characters, CR LF included.
    private const int MaxBanner = 255;

    private static readonly byte[] BannerStart = Encoding.ASCII.GetBytes("SSH-2.0-");

    private readonly IPortForward _forward;

    private PortForwardTunnel(IPortForward forward, ReadOnlyMemory<byte> received)
    {
        _forward = forward;
        Received = received;
    }

    /// <summary>What has arrived already: the server's identification string, and perhaps more. It belongs to ssh.</summary>
    public ReadOnlyMemory<byte> Received { get; }

    /// <summary>The bytes that follow, and those to the server.</summary>
    public Stream Stream => _forward.Stream;

    /// <summary>Tells the server that no more bytes come.</summary>
    public void CompleteWriting() => _forward.CompleteWriting();

    /// <summary>What the cluster said when the tunnel broke; null when it said nothing.</summary>
    public Task<SshpodException?> ExplainEndAsync(CancellationToken cancellation) => _forward.ExplainEndAsync(cancellation);

    /// <summary>Connects to a server's port and waits for its banner.</summary>
    /// <exception cref="SshpodException">No port-forward, or no ssh server behind it.</exception>
    public static async Task<PortForwardTunnel> OpenAsync(ICluster cluster, PodContainer container, RemoteServer server, CancellationToken cancellation)
    {
        using var progress = Progress.Begin($"connecting to the server in {container}");
        var port = server.Port;
        // kubectl forwards no port of a pod that is not Running, and so none of an init container; exec reaches it.
        var forward = container.PodIsRunning
            ? await cluster.PortForwardAsync(container, port, cancellation)
            : new ExecForward(await cluster.ExecAsync(container, [server.Program, "connect", port.ToString(CultureInfo.InvariantCulture)], cancellation));
        try
        {
            var received = await ReadBannerAsync(forward.Stream, cancellation).WaitAsync(BannerLimit, cancellation);
            if (received is not null)
                return new PortForwardTunnel(forward, received);
            var reason = await forward.ExplainEndAsync(cancellation);
            throw new UnresponsiveServerException(container, $"does not answer as one on port {port}{(reason is null ? "" : $": {reason.Message}")}");
        }
        catch (Exception e)
        {
            await forward.DisposeAsync();
            if (e is TimeoutException)
                throw new UnresponsiveServerException(container, $"did not answer on port {port} in {BannerLimit.TotalSeconds:0} s");
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _forward.DisposeAsync();

    private static async Task<byte[]?> ReadBannerAsync(Stream stream, CancellationToken cancellation)
    {
        var buffer = new byte[MaxBanner];
        var length = 0;
        try
        {
            while (length < BannerStart.Length)
            {
                var count = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
                if (count == 0)
                    return null;
                length += count;
            }
        }
        catch (IOException)
        {
            return null;
        }
        return buffer.AsSpan(0, length).StartsWith(BannerStart) ? buffer[..length] : null;
    }
}
