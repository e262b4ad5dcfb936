using System.Text;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Terminal;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>
/// Bytes to and from a server. It is open once the server's banner has arrived: until then neither a port-forward nor an exec proves
/// anything. Reading starts with that banner, which belongs to ssh.
/// </summary>
public sealed class Tunnel : LayeredDuplex
{
    private ReadOnlyMemory<byte> _received;
    private int _bannerSize;
    private bool _isCut;

    private Tunnel(Duplex carrier, ServerKeys keys) : base(carrier) =>
        (Guard, ResumeKey) = (new HostKeyGuard(keys.HostKey), keys.ResumeKey);

    /// <summary>The server's identification string (RFC 4253 section 4.2).</summary>
    public string Banner { get; private set; } = "";

    /// <summary>The server's nonce; null if it has not offered to resume the connection.</summary>
    internal byte[]? Nonce { get; private set; }

    /// <summary>What proves that the server, which has the same, is meant.</summary>
    internal ResumeKey ResumeKey { get; }

    /// <summary>Checks the server's host key.</summary>
    internal HostKeyGuard Guard { get; }

    /// <summary>Waits for the banner, which must be this server's: its configuration puts the tail of its host key there.</summary>
    /// <param name="carrier">The stream to the server; owned, and disposed on failure.</param>
    /// <param name="container">Where the server runs; for messages.</param>
    /// <param name="keys">The server's keys.</param>
    /// <param name="where">Where it should answer; for messages.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="UnresponsiveServerException">No ssh server answers, or another one.</exception>
    internal static async Task<Tunnel> OpenAsync(
        Duplex carrier, PodContainer container, ServerKeys keys, string where, TimeSpan limit, CancellationToken cancellation)
    {
        var tunnel = new Tunnel(carrier, keys);
        try
        {
            return await tunnel.WaitForGreetingAsync(keys.HostKey, where, limit, cancellation) is not { } problem ? tunnel
                : throw new UnresponsiveServerException(container, problem) { IsCut = tunnel._isCut };
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
        return Guard.Allows(buffer.Span[..count]) ? count : throw WrongHostKey();
    }

    /// <summary>The server shows a host key other than the one that it reported.</summary>
    internal static SshpodException WrongHostKey() => new(
        "another server answered: its host key is not the one that the container reported",
        "connect again; if it happens again, see what listens in the pod");

    /// <summary>What is known about an end, in words that follow "because"; null if only that it ended.</summary>
    internal static string? Reason(StreamEnd end) => end switch
    {
        StreamEnd.Refused refused => refused.Reason.Message,
        StreamEnd.Broken broken => broken.Reason,
        _ => null,
    };

    /// <summary>Gives the stream away, to carry a connection that outlives it.</summary>
    /// <returns>The stream, and what has come behind the banner.</returns>
    internal (Duplex Stream, ReadOnlyMemory<byte> Remainder) Detach() => (Inner, _received[_bannerSize..]);

    /// <summary>The banner as it came, with its line ending.</summary>
    internal ReadOnlyMemory<byte> BannerLine => _received[.._bannerSize];

    /// <returns>Null if the server answers; otherwise what is wrong with it, after "the server in X".</returns>
    /// <exception cref="TimeoutException">Nothing arrived in time.</exception>
    private async Task<string?> WaitForGreetingAsync(PublicKey hostKey, string where, TimeSpan limit, CancellationToken cancellation)
    {
        var (received, greeting, hasEnded) = await ReadGreetingAsync(cancellation).WaitAsync(limit, cancellation);
        if (greeting is null)
        {
            var end = hasEnded ? await EndAsync(cancellation) : null;
            _isCut = end is StreamEnd.Broken;
            return $"sent no SSH banner {where}{(end is not null && Reason(end) is { } reason ? $": {reason}" : "")}";
        }
        var line = received.AsSpan()[greeting.Banner];
        var start = greeting.Banner.Start.Value;
        if (!Guard.Allows(received.AsSpan()[start..greeting.End]) || !line.EndsWith(Encoding.ASCII.GetBytes($" {hostKey.Tail}")))
            return $"does not answer {where}: another ssh server does";
        (Banner, Nonce) = (Encoding.ASCII.GetString(line), greeting.Nonce);
        (_received, _bannerSize) = (received.AsMemory(start), greeting.End - start);
        // Without frames, what follows is the server's too.
        if (Nonce is null && !Guard.Allows(_received.Span[_bannerSize..]))
            return $"does not answer {where}: another ssh server does";
        return null;
    }

    /// <summary>Reads the greeting, and perhaps more; less if the stream ends or the peer is not an ssh server.</summary>
    private async Task<(byte[] Received, Greeting? Greeting, bool HasEnded)> ReadGreetingAsync(CancellationToken cancellation)
    {
        var buffer = new byte[Greeting.MaxSize];
        var length = 0;
        Greeting? greeting = null;
        while (greeting is null)
        {
            var count = await Inner.ReadAsync(buffer.AsMemory(length), cancellation);
            length += count;
            if (count == 0)
                return (buffer[..length], null, true);
            if (!Greeting.TryRead(buffer.AsSpan(0, length), out greeting))
                break;
        }
        return (buffer[..length], greeting, false);
    }
}
