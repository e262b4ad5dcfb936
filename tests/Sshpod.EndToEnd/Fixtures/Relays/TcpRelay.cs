using System.Diagnostics;
using System.Net.Sockets;

namespace Sshpod.EndToEnd.Fixtures.Relays;

/// <summary>A load balancer that passes bytes without looking at them.</summary>
/// <param name="server">The API server.</param>
public sealed class TcpRelay(Uri server) : Relay
{
    private const int Piece = 16 * 1024;

    private int _frozen;

    /// <summary>Connections that are idle in both directions for this long are cut.</summary>
    public TimeSpan? IdleLimit { get; init; }

    /// <summary>The limit in each direction.</summary>
    public int? BytesPerSecond { get; init; }

    /// <summary>How much later it passes each piece on.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Where it passes connections on to.</summary>
    public Uri Server => server;

    /// <summary>
    /// Whether it passes nothing on, and closes nothing, as a firewall that has lost its state. What waits is passed on later.
    /// </summary>
    public bool IsSilent { get; set; }

    /// <summary>Whether it closes every connection at once.</summary>
    public bool IsDown { get; set; }

    /// <summary>Makes all current connections silent for good, and no new ones.</summary>
    public void Freeze() => _frozen = Count;

    /// <summary>Puts a relay between a user and the API server.</summary>
    public static async Task<TcpRelay> PutBetweenAsync(Workstation workstation, Func<Uri, TcpRelay> create)
    {
        TcpRelay? relay = null;
        await workstation.UseKubeconfigAsync(async config =>
        {
            var (server, _) = await config.ServerAsync();
            relay = create(server);
            await config.SetServerAsync($"https://127.0.0.1:{relay.Port}");
            await config.SetTlsServerNameAsync(server.Host);
        });
        return relay!;
    }

    /// <inheritdoc/>
    protected override async Task ServeAsync(NetworkStream client, CancellationToken cancellation)
    {
        if (IsDown)
            return;
        var number = Count;
        await using var upstream = await ConnectAsync(server.Host, server.Port, cancellation);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Restart();
        await Task.WhenAny(CopyAsync(client, upstream), CopyAsync(upstream, client));
        await end.CancelAsync();

        void Restart()
        {
            if (IdleLimit is { } limit)
                end.CancelAfter(limit);
        }

        async Task CopyAsync(NetworkStream from, NetworkStream to)
        {
            var buffer = new byte[Piece];
            var start = Stopwatch.GetTimestamp();
            for (long sum = 0; await from.ReadAsync(buffer, end.Token) is > 0 and var count;)
            {
                Restart();
                while (IsSilent || number <= _frozen)
                    await Task.Delay(TimeSpan.FromMilliseconds(20), end.Token);
                if (Delay > TimeSpan.Zero)
                    await Task.Delay(Delay, end.Token);
                await to.WriteAsync(buffer.AsMemory(0, count), end.Token);
                sum += count;
                if (BytesPerSecond is { } rate
                    && TimeSpan.FromSeconds((double)sum / rate) - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } ahead)
                    await Task.Delay(ahead, end.Token);
            }
        }
    }
}
