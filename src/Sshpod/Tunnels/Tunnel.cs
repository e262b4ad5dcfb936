using System.Text;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>
/// Bytes to and from a server. It is open when the server's banner has arrived: until then neither a port-forward nor an exec proves
/// anything.
/// </summary>
public abstract class Tunnel : IAsyncDisposable
{
    /// <summary>How long a server that has just been started may take to answer.</summary>
    public static readonly TimeSpan BannerLimit = TimeSpan.FromSeconds(5);

    // RFC 4253 section 4.2: at most 255 characters, CR LF included.
    private const int MaxBanner = 255;
    private const byte LineEnd = (byte)'\n';

    private static readonly byte[] BannerStart = Encoding.ASCII.GetBytes("SSH-2.0-");

    /// <summary>What has arrived already: the server's identification string, and perhaps more. It belongs to ssh.</summary>
    public ReadOnlyMemory<byte> Received { get; private set; }

    private HostKeyGuard? _guard;

    /// <summary>Receives bytes that follow <see cref="Received"/>.</summary>
    /// <returns>How many; 0 when no more come.</returns>
    /// <exception cref="IOException">The tunnel broke.</exception>
    /// <exception cref="SshpodException">The server shows another host key than the one that it reported.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var count = await ReceiveAsync(buffer, cancellation);
        return _guard is null || _guard.Allows(buffer.Span[..count]) ? count : throw new SshpodException(
            "what answers has another host key than the server that was asked for",
            "connect again; if it stays so, see what listens in the pod");
    }

    /// <summary>Receives bytes, whatever they are.</summary>
    /// <returns>How many; 0 when no more come.</returns>
    /// <exception cref="IOException">The tunnel broke.</exception>
    protected abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Sends bytes to the server.</summary>
    /// <exception cref="IOException">The tunnel has ended.</exception>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Tells the server that no more bytes come.</summary>
    public abstract void CompleteWriting();

    /// <summary>What the cluster said when the tunnel broke; null when it said nothing.</summary>
    public abstract Task<SshpodException?> ExplainEndAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Waits for the banner, which must be this server's: its configuration puts the tail of its host key there.</summary>
    /// <param name="hostKey">The server's host key.</param>
    /// <param name="where">Where it should answer; for messages.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Null when it is; otherwise what is wrong with the server, after "the server in X".</returns>
    /// <exception cref="TimeoutException">None came in time.</exception>
    protected async Task<string?> WaitForBannerAsync(PublicKey hostKey, string where, TimeSpan limit, CancellationToken cancellation)
    {
        var received = await ReadBannerAsync(cancellation).WaitAsync(limit, cancellation);
        Received = received;
        _guard = new HostKeyGuard(hostKey);
        if (!received.AsSpan().StartsWith(BannerStart))
        {
            var reason = received.Length > 0 ? null : await ExplainEndAsync(cancellation);
            return $"does not answer as one {where}{(reason is null ? "" : $": {reason.Message}")}";
        }
        return _guard.Allows(received) && received.AsSpan()[..(received.IndexOf(LineEnd) + 1)].TrimEnd("\r\n"u8).EndsWith(Encoding.ASCII.GetBytes($" {hostKey.Tail}"))
            ? null : $"is not the one that answers {where}: another ssh server does";
    }

    /// <summary>Reads a line, and perhaps more; less than a line where the far side says nothing more, or is no ssh server.</summary>
    private async Task<byte[]> ReadBannerAsync(CancellationToken cancellation)
    {
        var buffer = new byte[MaxBanner];
        var length = 0;
        try
        {
            while (length < buffer.Length && !buffer.AsSpan(0, length).Contains(LineEnd))
            {
                var count = await ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (count == 0)
                    break;
                length += count;
                if (!BannerStart.AsSpan().StartsWith(buffer.AsSpan(0, Math.Min(length, BannerStart.Length))))
                    break;
            }
        }
        catch (IOException)
        {
            // What has come until then tells who it was.
        }
        return buffer[..length];
    }
}
