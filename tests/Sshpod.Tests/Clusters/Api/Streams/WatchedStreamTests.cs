using System.Diagnostics;
using System.Text;
using Sshpod.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api.Streams;

public sealed class WatchedStreamTests : IAsyncDisposable
{
    private static readonly byte[] Ping = "ping"u8.ToArray();

    private static readonly TimeSpan Silence = TimeSpan.FromMilliseconds(200), Answer = TimeSpan.FromMilliseconds(400),
        Soon = TimeSpan.FromSeconds(20);

    private readonly List<Stream> _open = [];

    [Fact]
    public async Task A_path_on_which_nothing_comes_any_more_ends()
    {
        var (watched, server) = await OpenAsync();
        var start = Stopwatch.GetTimestamp();
        var error = await Assert.ThrowsAsync<IOException>(() => watched.ReadAsync(new byte[10]).AsTask().WaitAsync(Soon));
        Assert.Contains("not even the answer to a ping", error.Message, StringComparison.Ordinal);
        Assert.InRange(Stopwatch.GetElapsedTime(start), Answer, Soon);
        var pings = new byte[100];
        Assert.Equal("ping", Encoding.ASCII.GetString(pings, 0, await server.ReadAsync(pings)));
    }

    [Fact]
    public async Task A_path_that_is_only_quiet_stays_as_long_as_pings_are_answered()
    {
        var (watched, server) = await OpenAsync();
        var reading = CountAsync(watched);
        var ping = new byte[Ping.Length];
        for (var i = 0; i < 5; i++)
        {
            await server.ReadExactlyAsync(ping).AsTask().WaitAsync(Soon);
            await server.WriteAsync("pong"u8.ToArray());
        }
        server.Close();
        Assert.Equal(5 * 4, await reading.WaitAsync(Soon));
    }

    [Fact]
    public async Task While_nobody_reads_nothing_is_concluded()
    {
        var (watched, server) = await OpenAsync();
        await Task.Delay((Silence + Answer) * 3);
        await server.WriteAsync("still there"u8.ToArray());
        var buffer = new byte[100];
        Assert.Equal("still there", Encoding.ASCII.GetString(buffer, 0, await watched.ReadAsync(buffer)));
        Assert.Equal(0, ((System.Net.Sockets.NetworkStream)server).Socket.Available);
    }

    [Fact]
    public async Task While_the_far_side_takes_nothing_the_path_is_only_slow()
    {
        var (watched, server) = await OpenAsync();
        using var over = new CancellationTokenSource();
        var writing = EndlesslyAsync(watched, over.Token);
        // Until the buffers between the two are full.
        await Task.Delay(Silence);
        var reading = watched.ReadAsync(new byte[10]).AsTask();
        await Task.Delay((Silence + Answer) * 3);
        Assert.False(reading.IsCompleted);
        await server.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await reading.WaitAsync(Soon));
        await over.CancelAsync();
        await Task.WhenAny(writing);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var stream in _open)
            await stream.DisposeAsync();
    }

    private static async Task<int> CountAsync(Stream stream)
    {
        var (total, buffer) = (0, new byte[100]);
        for (int count; (count = await stream.ReadAsync(buffer)) > 0;)
            total += count;
        return total;
    }

    private static async Task EndlesslyAsync(Stream stream, CancellationToken over)
    {
        while (true)
            await stream.WriteAsync(new byte[64 * 1024], over);
    }

    private async Task<(WatchedStream Watched, Stream Server)> OpenAsync()
    {
        var (client, server) = await SpdyPeer.ConnectAsync();
        var watched = new WatchedStream(client, Ping, Silence, Answer);
        _open.AddRange([watched, server]);
        return (watched, server);
    }
}
