using System.Text;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>
/// Bytes to and from a server. It is open once the server's banner has arrived: until then neither a port-forward nor an exec proves
/// anything. Reading starts with that banner, which belongs to ssh.
/// </summary>
public sealed class Tunnel : LayeredDuplex
{
    // RFC 4253 section 4.2: at most 255 characters, including CR LF.
    private const int MaxBanner = 255;
    private const byte LineEnd = (byte)'\n';

    private static readonly byte[] BannerStart = Encoding.ASCII.GetBytes("SSH-2.0-");

    private readonly HostKeyGuard _guard;
    private ReadOnlyMemory<byte> _received;

    private Tunnel(Duplex carrier, PublicKey hostKey) : base(carrier) => _guard = new HostKeyGuard(hostKey);

    /// <summary>The server's identification string (RFC 4253 section 4.2).</summary>
    public string Banner { get; private set; } = "";

    /// <summary>Waits for the banner, which must be this server's: its configuration puts the tail of its host key there.</summary>
    /// <param name="carrier">The stream to the server; owned, and disposed on failure.</param>
    /// <param name="container">Where the server runs; for messages.</param>
    /// <param name="hostKey">The server's host key.</param>
    /// <param name="where">Where it should answer; for messages.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="UnresponsiveServerException">No ssh server answers, or another one.</exception>
    internal static async Task<Tunnel> OpenAsync(
        Duplex carrier, PodContainer container, PublicKey hostKey, string where, TimeSpan limit, CancellationToken cancellation)
    {
        var tunnel = new Tunnel(carrier, hostKey);
        try
        {
            return await tunnel.WaitForBannerAsync(hostKey, where, limit, cancellation) is not { } problem ? tunnel
                : throw new UnresponsiveServerException(container, problem);
        }
        catch (Exception e)
        {
            await tunnel.DisposeAsync();
            if (e is TimeoutException)
                throw new UnresponsiveServerException(container, $"did not answer {where} in {limit.TotalSeconds:0} s") { IsSilent = true };
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="SshpodException">The server shows a host key other than the one that it reported.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (!_received.IsEmpty)
        {
            var length = Math.Min(buffer.Length, _received.Length);
            _received[..length].CopyTo(buffer);
            _received = _received[length..];
            return length;
        }
        var count = await Inner.ReadAsync(buffer, cancellation);
        return _guard.Allows(buffer.Span[..count]) ? count : throw new SshpodException(
            "another server answered: its host key is not the one that the container reported",
            "connect again; if it happens again, see what listens in the pod");
    }

    /// <summary>What is known about an end, in words that follow "because"; null if only that it ended.</summary>
    internal static string? Reason(StreamEnd end) => end switch
    {
        StreamEnd.Refused refused => refused.Reason.Message,
        StreamEnd.Broken broken => broken.Reason,
        _ => null,
    };

    /// <returns>Null if the server answers; otherwise what is wrong with it, after "the server in X".</returns>
    /// <exception cref="TimeoutException">Nothing arrived in time.</exception>
    private async Task<string?> WaitForBannerAsync(PublicKey hostKey, string where, TimeSpan limit, CancellationToken cancellation)
    {
        var received = await ReadBannerAsync(cancellation).WaitAsync(limit, cancellation);
        if (!received.AsSpan().StartsWith(BannerStart))
        {
            var reason = received.Length > 0 ? null : Reason(await EndAsync(cancellation));
            return $"sent no SSH banner {where}{(reason is null ? "" : $": {reason}")}";
        }
        var line = received.AsSpan()[..(received.IndexOf(LineEnd) + 1)].TrimEnd("\r\n"u8);
        if (!_guard.Allows(received) || !line.EndsWith(Encoding.ASCII.GetBytes($" {hostKey.Tail}")))
            return $"does not answer {where}: another ssh server does";
        Banner = Encoding.ASCII.GetString(line);
        _received = received;
        return null;
    }

    /// <summary>Reads a line, and perhaps more; less than a line if the stream ends or the peer is not an ssh server.</summary>
    private async Task<byte[]> ReadBannerAsync(CancellationToken cancellation)
    {
        var buffer = new byte[MaxBanner];
        var length = 0;
        while (length < buffer.Length && !buffer.AsSpan(0, length).Contains(LineEnd))
        {
            var count = await Inner.ReadAsync(buffer.AsMemory(length), cancellation);
            if (count == 0)
                break;
            length += count;
            if (!BannerStart.AsSpan().StartsWith(buffer.AsSpan(0, Math.Min(length, BannerStart.Length))))
                break;
        }
        return buffer[..length];
    }
}
