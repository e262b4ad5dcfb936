using System.Buffers.Binary;
using System.Text;
using Sshpod.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api.Streams;

public sealed class SpdyConnectionTests : IAsyncDisposable
{
    private const byte Stdin = 0, Stdout = 1, Stderr = 2, Status = 3;

    // Streams of an exec, as numbers of SPDY.
    private const int In = 1, Out = 3, Error = 5, End = 7;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly List<IAsyncDisposable> _open = [];

    [Fact]
    public async Task All_streams_are_opened_at_once_and_their_headers_say_which_they_are()
    {
        var (client, server) = await PairAsync();
        var opening = SpdyConnection.OpenAsync(client, SpdyStream.PortForward(258), default);
        var headers = await new SpdyPeer(server).AcceptAsync(2).WaitAsync(Soon);
        await using var connection = await opening.WaitAsync(Soon);
        Assert.Contains("streamtype\0\0\0\u0004data\0\0\0\u0004port\0\0\0\u0003258\0\0\0\trequestid\0\0\0\u00010",
            Encoding.Latin1.GetString(headers[0]), StringComparison.Ordinal);
        Assert.Contains("streamtype\0\0\0\u0005error", Encoding.Latin1.GetString(headers[1]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_refused_is_an_error()
    {
        var (client, server) = await PairAsync();
        var opening = SpdyConnection.OpenAsync(client, SpdyStream.Exec, default);
        await new SpdyPeer(server).WriteAsync(SpdyFrames.Reset(In));
        await Assert.ThrowsAsync<IOException>(() => opening.WaitAsync(Soon));
    }

    [Fact]
    public async Task What_does_not_speak_SPDY_is_an_error()
    {
        var (client, server) = await PairAsync();
        var opening = SpdyConnection.OpenAsync(client, SpdyStream.Exec, default);
        await server.WriteAsync(Convert.FromHexString("8101000000000000"));
        await Assert.ThrowsAsync<IOException>(() => opening.WaitAsync(Soon));
    }

    [Fact]
    public async Task Bytes_that_come_before_the_reply_are_not_lost_and_ours_wait_for_it()
    {
        var (client, server) = await PairAsync();
        var opening = SpdyConnection.OpenAsync(client, SpdyStream.Exec, default);
        var peer = new SpdyPeer(server);
        await peer.WriteAsync(SpdyFrames.Reply(Out), SpdyFrames.Data(Out, "early"u8));
        await using var connection = await opening.WaitAsync(Soon);
        var sending = connection.SendAsync(Stdin, "mine"u8.ToArray(), default).AsTask();
        Assert.Equal((Stdout, "early", false), await ReceiveAsync(connection));
        Assert.False(sending.IsCompleted);
        await peer.WriteAsync(SpdyFrames.Reply(In), SpdyFrames.Data(Error, "late"u8));
        Assert.Equal((Stderr, "late", false), await ReceiveAsync(connection));
        await sending.WaitAsync(Soon);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5000)]
    [InlineData(100_000)]
    public async Task Bytes_arrive_whole_and_in_order_whatever_the_frames_and_the_buffers(int buffer)
    {
        var (connection, peer, _) = await OpenAsync();
        var bytes = new byte[buffer == 1 ? 20_000 : 2_000_000];
        new Random(1).NextBytes(bytes);
        var random = new Random(2);
        List<byte[]> frames = [];
        for (int at = 0, count; at < bytes.Length; at += count)
        {
            count = Math.Min(random.Next(random.Next(2) == 0 ? 100 : 40_000), bytes.Length - at);
            frames.Add(SpdyFrames.Data(Out, bytes.AsSpan(at, count), at + count == bytes.Length));
        }
        var sending = peer.WriteAsync(frames);
        using var received = new MemoryStream();
        var piece = new byte[buffer];
        for (var isLast = false; !isLast;)
        {
            var (channel, count, ends) = (await connection.ReceiveAsync(piece, default).AsTask().WaitAsync(Soon))!.Value;
            Assert.Equal(Stdout, channel);
            received.Write(piece, 0, count);
            isLast = ends;
        }
        await sending;
        Assert.True(bytes.AsSpan().SequenceEqual(received.ToArray()));
    }

    [Fact]
    public async Task What_we_send_arrives_in_frames_that_pass_everywhere_and_our_half_ends_alone()
    {
        var (connection, peer, _) = await OpenAsync();
        var bytes = new byte[300_000];
        new Random(1).NextBytes(bytes);
        var reading = Task.Run(async () =>
        {
            using var all = new MemoryStream();
            while (true)
            {
                var (frame, payload) = await peer.ReadAsync();
                Assert.InRange(payload.Length, 0, (32 * 1024) - SpdyFrame.HeaderSize);
                Assert.Equal((uint)In, frame.Stream);
                all.Write(payload);
                if (frame.IsLast)
                    return all.ToArray();
            }
        });
        await connection.SendAsync(Stdin, bytes, default);
        await connection.CloseAsync(Stdin, default);
        Assert.Equal(bytes, await reading.WaitAsync(Soon));
        await peer.WriteAsync(SpdyFrames.Data(Out, "answer"u8));
        Assert.Equal((Stdout, "answer", false), await ReceiveAsync(connection));
    }

    [Fact]
    public async Task Both_directions_are_used_at_once()
    {
        var (connection, peer, _) = await OpenAsync();
        var bytes = new byte[8_000_000];
        var up = Task.Run(async () =>
        {
            await connection.SendAsync(Stdin, bytes, default);
            await connection.CloseAsync(Stdin, default);
        });
        var atTheFarSide = Task.Run(() => peer.ReadToEndAsync(In));
        var down = peer.WriteAsync(Enumerable.Repeat(SpdyFrames.Data(Out, new byte[40_000]), 200).Append(SpdyFrames.Data(Out, [], true)));
        var received = 0L;
        var piece = new byte[64 * 1024];
        while (await connection.ReceiveAsync(piece, default) is (_, var count, false))
            received += count;
        await Task.WhenAll(up, down).WaitAsync(Soon);
        Assert.Equal(bytes.Length, (await atTheFarSide.WaitAsync(Soon)).Length);
        Assert.Equal(8_000_000, received);
    }

    [Fact]
    public async Task A_ping_is_answered_and_one_that_would_be_an_answer_is_not()
    {
        var (connection, peer, _) = await OpenAsync();
        await peer.WriteAsync(SpdyFrames.Ping(7), SpdyFrames.Ping(2), SpdyFrames.Data(Out, "x"u8));
        Assert.Equal((Stdout, "x", false), await ReceiveAsync(connection));
        var (frame, payload) = await peer.ReadAsync().WaitAsync(Soon);
        Assert.Equal(SpdyType.Ping, frame.Type);
        Assert.Equal(2u, BinaryPrimitives.ReadUInt32BigEndian(payload));
    }

    [Fact]
    public async Task An_end_that_was_announced_is_one_and_any_other_is_an_error()
    {
        var (announced, peer, server) = await OpenAsync();
        await peer.WriteAsync(SpdyFrames.Data(End, "{}"u8), SpdyFrames.GoAway());
        server.Close();
        Assert.Equal((Status, "{}", false), await ReceiveAsync(announced));
        Assert.Null(await announced.ReceiveAsync(new byte[10], default).AsTask().WaitAsync(Soon));

        var (cut, _, other) = await OpenAsync();
        other.Close();
        await Assert.ThrowsAsync<IOException>(() => cut.ReceiveAsync(new byte[10], default).AsTask().WaitAsync(Soon));
        Assert.False(await cut.TrySendAsync(Stdin, new byte[10], default));
    }

    [Fact]
    public async Task It_has_ended_when_each_stream_has_though_the_connection_stays()
    {
        var (connection, peer, _) = await OpenAsync();
        await peer.WriteAsync(SpdyFrames.Data(Out, [], true), SpdyFrames.Data(Error, "e"u8, true), SpdyFrames.Reset(End));
        Assert.Equal((Stdout, "", true), await ReceiveAsync(connection));
        Assert.Equal((Stderr, "e", true), await ReceiveAsync(connection));
        Assert.Equal((Status, "", true), await ReceiveAsync(connection));
        Assert.Null(await connection.ReceiveAsync(new byte[10], default).AsTask().WaitAsync(Soon));
    }

    [Fact]
    public async Task A_receive_that_was_cancelled_loses_nothing()
    {
        var (connection, peer, server) = await OpenAsync();
        var frame = SpdyFrames.Data(Out, "whole"u8);
        await server.WriteAsync(frame.AsMemory(0, 5));
        using var over = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => connection.ReceiveAsync(new byte[10], over.Token).AsTask());
        await server.WriteAsync(frame.AsMemory(5));
        Assert.Equal((Stdout, "whole", false), await ReceiveAsync(connection));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in _open)
            await open.DisposeAsync();
    }

    private static async Task<(byte Channel, string Text, bool IsLast)> ReceiveAsync(SpdyConnection connection)
    {
        var buffer = new byte[100];
        var (channel, count, isLast) = (await connection.ReceiveAsync(buffer, default).AsTask().WaitAsync(Soon))!.Value;
        return (channel, Encoding.ASCII.GetString(buffer, 0, count), isLast);
    }

    private async Task<(Stream Client, Stream Server)> PairAsync()
    {
        var pair = await SpdyPeer.ConnectAsync();
        _open.AddRange([pair.Client, pair.Server]);
        return pair;
    }

    private async Task<(SpdyConnection Connection, SpdyPeer Peer, Stream Server)> OpenAsync()
    {
        var (client, server) = await PairAsync();
        var opening = SpdyConnection.OpenAsync(client, SpdyStream.Exec, default);
        var peer = new SpdyPeer(server);
        await peer.AcceptAsync(SpdyStream.Exec.Count).WaitAsync(Soon);
        var connection = await opening.WaitAsync(Soon);
        _open.Add(connection);
        return (connection, peer, server);
    }
}
