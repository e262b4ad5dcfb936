using System.Net.WebSockets;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Api.Streams;

/// <summary>Whatever the far side of SPDY sends: the stream ends, soon, within little memory, and with one of our ends.</summary>
public sealed class HostileSpdyTests
{
    private const int Cases = 4000;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private static readonly PodContainer Container = new("app", "web", "uid", "main", "id");

    private static byte[] Replies => [.. Enumerable.Range(0, 4).SelectMany(channel => SpdyFrames.Reply((2 * channel) + 1))];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whatever_a_peer_sends_ends_with_one_of_our_ends(bool isInWebSocket)
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            try
            {
                var random = new Random(seed);
                var bytes = SpdyFrames.Any(random);
                await Task.Run(() => WalkAsync(random, isInWebSocket ? InWebSocket(bytes, random) : new HostilePeer([bytes], random),
                    bytes.Length)).WaitAsync(Soon);
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(2)]
    [InlineData(101)]
    public async Task A_flood_on_any_stream_does_not_fill_the_memory(int stream) =>
        await FloodAsync(SpdyFrames.Data(stream, new byte[30_000]));

    [Fact]
    public async Task A_flood_of_pings_does_not_fill_the_memory() =>
        await FloodAsync([.. Enumerable.Repeat(SpdyFrames.Ping(2), 1000).SelectMany(bytes => bytes)], times: 1000);

    [Fact]
    public async Task A_flood_of_headers_does_not_fill_the_memory() =>
        await FloodAsync(SpdyFrames.Control(8, [0, 0, 0, 3, .. new byte[30_000]]));

    [Fact]
    public async Task A_stream_that_the_far_side_opens_ends_the_connection()
    {
        byte[] bytes = [.. Replies, .. SpdyFrames.Control(1, new byte[10])];
        await using var exec = await ExecAsync(new HostilePeer([bytes], new Random(1)));
        Assert.Equal(0, await exec.ReadAsync(new byte[10], default));
        Assert.Contains("opens a stream", Assert.IsType<StreamEnd.Broken>(await exec.EndAsync(default)).Reason, StringComparison.Ordinal);
    }

    // In messages of any length; half of the time with frames in between that no SPDY has, or with damage.
    private static WebSocketStream InWebSocket(byte[] bytes, Random random)
    {
        List<byte> messages = [];
        foreach (var piece in bytes.Chunk(random.Next(1, 2000)))
        {
            messages.AddRange(Frames.Of(random.Next(30) == 0 ? Frames.Text : Frames.Binary, piece));
            if (random.Next(30) == 0)
                messages.AddRange(Frames.Of(random.Next(16), new byte[random.Next(200)], random.Next(2) == 0));
        }
        if (random.Next(2) == 0)
            messages.AddRange(Frames.Of(Frames.Close, []));
        if (random.Next(4) == 0 && messages.Count > 0)
            messages[random.Next(messages.Count)] = (byte)random.Next(256);
        return WebSocketStream.Create(
            WebSocketWay.Socket(new HostilePeer([messages.ToArray()], random)), WebSocketMessageType.Binary, ownsWebSocket: true);
    }

    private static async Task WalkAsync(Random random, Stream peer, int sent)
    {
        var isExec = random.Next(3) > 0;
        SpdyConnection connection;
        try
        {
            connection = await SpdyConnection.OpenAsync(
                peer, isExec ? SpdyStream.Exec : SpdyStream.PortForward(22), default);
        }
        catch (IOException)
        {
            return;
        }
        await using Duplex stream = isExec ? new ApiExec(connection, Container, "c") : new ApiPortForward(connection, Container);
        var (size, completes, buffer) = (random.Next(2) * random.Next(70_000), random.Next(4) == 0, new byte[random.Next(1, 5000)]);
        // Beside it: as long as a stream is not accepted, a writer waits.
        var writing = WriteAsync(stream, size, completes);
        Assert.InRange(await DrainAsync(stream, buffer), 0, sent);
        AssertReadable(await stream.EndAsync(default));
        await stream.DisposeAsync();
        await writing;
        Assert.False(await stream.WriteAsync(new byte[10], default));
        Assert.Equal(0, await stream.ReadAsync(new byte[10], default));
    }

    private static async Task WriteAsync(Duplex stream, int size, bool completes)
    {
        if (size > 0)
            await stream.WriteAsync(new byte[size], default);
        if (completes)
            await stream.CompleteAsync(default);
    }

    private static async Task FloodAsync(byte[] bytes, int? times = null)
    {
        const int Most = 64 * 1024 * 1024;
        ReadOnlyMemory<byte> first = Replies;
        var flood = Enumerable.Repeat<ReadOnlyMemory<byte>>(bytes, times ?? (2 * Most / bytes.Length)).Prepend(first);
        // Its peer sends as much at once as is asked for, and takes all that it is sent.
        await using var exec = await ExecAsync(new HostilePeer(flood, new Random(8)));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await DrainAsync(exec, new byte[4096]);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Most);
        AssertReadable(await exec.EndAsync(default));
    }

    private static async Task<ApiExec> ExecAsync(HostilePeer peer) =>
        new(await SpdyConnection.OpenAsync(peer, SpdyStream.Exec, default), Container, "c");

    private static async Task<long> DrainAsync(Duplex stream, byte[] buffer)
    {
        var total = 0L;
        for (int count; (count = await stream.ReadAsync(buffer, default)) > 0;)
            total += count;
        return total;
    }

    // One short line for the user, whatever it was made of.
    private static void AssertReadable(StreamEnd end)
    {
        var line = end switch
        {
            StreamEnd.Refused refused => refused.Reason.Line,
            StreamEnd.Broken broken => OneLine.Of(broken.Reason ?? ""),
            _ => "",
        };
        Assert.DoesNotContain(line, char.IsControl);
        Assert.InRange(line.Length, 0, 40_000);
    }
}
