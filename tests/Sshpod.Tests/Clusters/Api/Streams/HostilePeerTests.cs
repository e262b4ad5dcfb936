using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Api.Streams;

/// <summary>Whatever the far side of a WebSocket sends: the stream ends, soon, within little memory, and with one of our ends.</summary>
public sealed class HostilePeerTests
{
    private const int Cases = 4000, Upgrades = 300, EndlessMessage = -1;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // Its peer sends as much at once as is asked for.
    private static Random Uncut => new(2);

    private static readonly PodContainer Container = new("app", "web", "uid", "main", "id");

    [Fact]
    public async Task Whatever_a_peer_sends_ends_with_one_of_our_ends()
    {
        for (var seed = 0; seed < Cases; seed++)
            await EndsAsync(seed, random =>
            {
                var bytes = Frames.Any(random);
                return WalkAsync(random, new HostilePeer([bytes], random), bytes.Length);
            });
    }

    [Fact]
    public async Task Whatever_answers_an_upgrade_ends_with_one_of_our_ends()
    {
        for (var seed = 0; seed < Upgrades; seed++)
            await EndsAsync(seed, async random =>
            {
                await using var server = new FakeApiServer((head, stream) => AnswerAsync(random, head, stream));
                await using var cluster = new ApiCluster(
                    server.Configuration(), new StreamOrder([new WebSocketWay(ChannelSocket.V5, ChannelSocket.V4)], []));
                try
                {
                    await using var exec = await cluster.ExecAsync(Container, ["sh"], default);
                    await DrainAsync(exec, new byte[4096]);
                    AssertReadable(await exec.EndAsync(default));
                }
                catch (SshpodException e)
                {
                    AssertReadable(new StreamEnd.Refused(e));
                }
            });
    }

    [Theory]
    [InlineData(ChannelSocket.V5, 1)]
    [InlineData(ChannelSocket.V4, 2)]
    [InlineData(ChannelSocket.V5, 3)]
    [InlineData(ChannelSocket.V5, 200)]
    [InlineData(ChannelSocket.V5, 255)]
    [InlineData(ChannelSocket.V5, EndlessMessage)]
    public async Task A_flood_does_not_fill_the_memory(string protocol, int channel)
    {
        const int Most = 64 * 1024 * 1024;
        var bytes = new byte[30_000];
        ReadOnlyMemory<byte> first = Frames.Of(Frames.Binary, [2], isLast: false);
        var flood = channel == EndlessMessage ? Endless(Frames.Of(Frames.Continuation, bytes, isLast: false)).Prepend(first)
            : Endless(Frames.Message((byte)channel, bytes));
        var peer = new HostilePeer(flood.Take(2 * Most / bytes.Length), Uncut);
        await using var exec = new ApiExec(new ChannelSocket(peer, protocol), Container, "c");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await DrainAsync(exec, new byte[4096]);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Most);
        AssertReadable(await exec.EndAsync(default));
    }

    [Fact]
    public async Task A_status_with_an_empty_cause_is_read()
    {
        var status = Frames.Message(3, """{"status":"Failure","message":"m","details":{"causes":[null]}}"""u8);
        await using var exec = new ApiExec(new ChannelSocket(new HostilePeer([status], new Random(1)), ChannelSocket.V5), Container, "c");
        Assert.IsType<StreamEnd.Refused>(await exec.EndAsync(default));
    }

    [Fact]
    public async Task Nothing_arrives_after_the_error_that_ends_a_port_forward()
    {
        ReadOnlyMemory<byte>[] messages = [Frames.Message(0, [22, 0, 1]), Frames.Message(1, [22, 0, (byte)'e']), Frames.Message(0, [2])];
        await using var forward = new ApiPortForward(
            new ChannelSocket(new HostilePeer(messages, new Random(1)), ChannelSocket.V4), Container);
        Assert.Equal(1, await DrainAsync(forward, new byte[10]));
        Assert.Equal(0, await forward.ReadAsync(new byte[10], default));
    }

    [Theory]
    [InlineData(2, typeof(StreamEnd.Broken))]
    [InlineData(3, typeof(StreamEnd.Refused))]
    public async Task Endless_errors_end_an_exec(byte channel, Type end)
    {
        var peer = new HostilePeer(Endless(Frames.Message(channel, new byte[1000])).Take(10_000), Uncut);
        await using var exec = new ApiExec(new ChannelSocket(peer, ChannelSocket.V5), Container, "c");
        await DrainAsync(exec, new byte[4096]);
        Assert.IsType(end, await exec.EndAsync(default));
        Assert.InRange(peer.Given, 0, 2 * 1024 * 1024);
    }

    [Theory]
    [InlineData(Frames.Ping)]
    [InlineData(Frames.Binary)]
    public async Task What_says_nothing_forever_ends_when_the_caller_gives_up(int opcode)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        await using var exec = new ApiExec(
            new ChannelSocket(new HostilePeer(Endless(Frames.Of(opcode, [])), new Random(1)), ChannelSocket.V5), Container, "c");
        var start = Stopwatch.GetTimestamp();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => exec.ReadAsync(new byte[4096], limit.Token).AsTask()));
        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, Soon);
    }

    private static async Task EndsAsync(int seed, Func<Random, Task> run)
    {
        try
        {
            await Task.Run(() => run(new Random(seed))).WaitAsync(Soon);
        }
        catch (Exception e)
        {
            Assert.Fail($"seed {seed}: {e}");
        }
    }

    private static async Task WalkAsync(Random random, HostilePeer peer, int sent)
    {
        var isExec = random.Next(3) > 0;
        var socket = new ChannelSocket(peer, isExec && random.Next(2) == 0 ? ChannelSocket.V5 : ChannelSocket.V4);
        await using Duplex stream = isExec ? new ApiExec(socket, Container, "c") : new ApiPortForward(socket, Container);
        if (random.Next(2) == 0)
            await stream.WriteAsync(new byte[random.Next(70_000)], default);
        if (random.Next(4) == 0)
            await stream.CompleteAsync(default);
        Assert.InRange(await DrainAsync(stream, new byte[random.Next(1, 5000)]), 0, sent);
        AssertReadable(await stream.EndAsync(default));
        await stream.WriteAsync(new byte[10], default);
        Assert.Equal(0, await stream.ReadAsync(new byte[10], default));
    }

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

    private static async Task<bool> AnswerAsync(Random random, string head, Stream stream)
    {
        var answer = new MemoryStream();
        await FakeApiServer.UpgradeAsync(head, answer, random.Next(4) == 0 ? "v9" : ChannelSocket.V5);
        List<byte> bytes = [.. answer.ToArray()];
        if (random.Next(3) == 0)
            bytes.InsertRange(0, Enumerable.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", random.Next(30))
                .SelectMany(Encoding.ASCII.GetBytes));
        for (var damage = random.Next(4); damage > 0; damage--)
            bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
        if (random.Next(6) == 0)
            bytes.RemoveRange(random.Next(bytes.Count), 1);
        await stream.WriteAsync((byte[])[.. bytes, .. Frames.Any(random)]);
        // Closed with what the client sent unread, which resets the connection, or read to its end.
        ((NetworkStream)stream).Socket.Shutdown(SocketShutdown.Send);
        return false;
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Endless(byte[] bytes)
    {
        while (true)
            yield return bytes;
    }
}
