using System.Net.WebSockets;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;
using Sshpod.Tests.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api;

/// <summary>The protocols that carry an exec or a port-forward, and which is taken.</summary>
public class StreamWayTests
{
    // Streams of an exec and of a port-forward, as numbers of SPDY.
    private const int In = 1, Out = 3, Errors = 5, Status = 7, Data = 1, Error = 3;

    private static readonly PodContainer Container = new("app", "web", "uid", "main", "id");

    private static readonly StreamOrder Spdy = new([new SpdyWay(SpdyWay.Exec)], [new SpdyWay(SpdyWay.PortForward)]);

    private static readonly WebSocketWay SpdyInWebSocket = new(WebSocketWay.SpdyInside, ChannelSocket.V4);

    [Theory]
    [InlineData("""{"kind":"Status","status":"Success"}""", "broke (exit code 0)")]
    [InlineData("""{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""",
        "broke (exit code 3)")]
    [InlineData("""{"status":"Failure","message":"exec: \"sh\": executable file not found in $PATH"}""", "has no shell \"sh\"")]
    public async Task An_exec_over_SPDY_half_closes_and_tells_how_it_ended(string status, string words)
    {
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            Assert.StartsWith("POST /api/v1/namespaces/app/pods/web/exec?container=main&stdin=true&stdout=true&stderr=true&command=cat ",
                head, StringComparison.Ordinal);
            Assert.Contains("\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n", head, StringComparison.Ordinal);
            var peer = await FakeApiServer.UpgradeToSpdyAsync(stream, "v4.channel.k8s.io");
            await peer.AcceptAsync(4);
            var stdin = await peer.ReadToEndAsync(In);
            // As the kubelet does at the end of a process.
            await peer.WriteAsync(SpdyFrames.Data(Out, stdin), SpdyFrames.Data(Errors, "err"u8),
                SpdyFrames.Data(Status, Encoding.UTF8.GetBytes(status)),
                SpdyFrames.Reset(In), SpdyFrames.Reset(Out), SpdyFrames.Reset(Errors), SpdyFrames.Reset(Status), SpdyFrames.GoAway());
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), Spdy);
        await using var exec = await cluster.ExecAsync(Container, ["cat"], default);
        Assert.True(exec.HasHalfClose);
        Assert.True(await exec.WriteAsync("in and out"u8.ToArray(), default));
        await exec.CompleteAsync(default);
        Assert.Equal("in and out", await ReadAsync(exec));
        Assert.Contains(words, BrokenStreamException.Of(await exec.EndAsync(default), Container).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_forward_over_SPDY_ends_with_the_port_though_the_connection_stays()
    {
        var isRead = new TaskCompletionSource();
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            Assert.StartsWith("POST /api/v1/namespaces/app/pods/web/portforward?ports=258 ", head, StringComparison.Ordinal);
            var peer = await FakeApiServer.UpgradeToSpdyAsync(stream, "portforward.k8s.io");
            await peer.AcceptAsync(2);
            await peer.WriteAsync(SpdyFrames.Data(Data, "SSH-2.0-x"u8), SpdyFrames.Data(Data, [], isLast: true));
            await isRead.Task;
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), Spdy);
        await using var forward = await cluster.PortForwardAsync(Container, 258, default);
        Assert.Equal("SSH-2.0-x", await ReadAsync(forward));
        Assert.IsType<StreamEnd.ClosedByPeer>(await forward.EndAsync(default));
        isRead.SetResult();
    }

    [Fact]
    public async Task A_port_forward_over_SPDY_tells_the_error()
    {
        await using var server = new FakeApiServer(async (_, stream) =>
        {
            var peer = await FakeApiServer.UpgradeToSpdyAsync(stream, "portforward.k8s.io");
            await peer.AcceptAsync(2);
            await peer.WriteAsync(SpdyFrames.Data(Error, "connection refused"u8), SpdyFrames.Data(Error, [], isLast: true));
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), Spdy);
        await using var forward = await cluster.PortForwardAsync(Container, 258, default);
        Assert.Equal("", await ReadAsync(forward));
        Assert.Contains("failed: connection refused", Assert.IsType<StreamEnd.Refused>(await forward.EndAsync(default)).Reason.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_forward_over_SPDY_tells_the_error_that_comes_after_the_end_of_the_data()
    {
        await using var server = new FakeApiServer(async (_, stream) =>
        {
            var peer = await FakeApiServer.UpgradeToSpdyAsync(stream, "portforward.k8s.io");
            await peer.AcceptAsync(2);
            // As containerd and the kubelet do.
            await peer.WriteAsync(SpdyFrames.Data(Data, [], isLast: true));
            await Task.Delay(50);
            await peer.WriteAsync(SpdyFrames.Data(Error, "connection refused"u8), SpdyFrames.Data(Error, [], isLast: true));
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), Spdy);
        await using var forward = await cluster.PortForwardAsync(Container, 258, default);
        Assert.Equal("", await ReadAsync(forward));
        Assert.Contains("failed: connection refused", Assert.IsType<StreamEnd.Refused>(await forward.EndAsync(default)).Reason.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_forward_over_SPDY_in_a_websocket_takes_whatever_messages_bring_and_half_closes()
    {
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            Assert.StartsWith("GET /api/v1/namespaces/app/pods/web/portforward?ports=258 ", head, StringComparison.Ordinal);
            Assert.Contains("\r\nSec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io, v4.channel.k8s.io\r\n", head,
                StringComparison.Ordinal);
            using var socket = await FakeApiServer.UpgradeAsync(head, stream, "SPDY/3.1+portforward.k8s.io");
            await using var messages = WebSocketStream.Create(socket, WebSocketMessageType.Binary);
            var peer = new SpdyPeer(messages);
            await peer.AcceptAsync(2);
            var asked = await peer.ReadToEndAsync(Data);
            // Messages end anywhere in frames, and some are empty.
            foreach (var piece in SpdyFrames.Data(Data, asked, isLast: true).Chunk(3).Prepend([]))
                await socket.SendAsync(piece, WebSocketMessageType.Binary, endOfMessage: true, default);
            await socket.ReceiveAsync(new byte[100], default);
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), new StreamOrder([], [SpdyInWebSocket]));
        await using var forward = await cluster.PortForwardAsync(Container, 258, default);
        Assert.True(forward.HasHalfClose);
        Assert.True(await forward.WriteAsync("SSH-2.0-x"u8.ToArray(), default));
        await forward.CompleteAsync(default);
        Assert.Equal("SSH-2.0-x", await ReadAsync(forward));
        Assert.IsType<StreamEnd.ClosedByPeer>(await forward.EndAsync(default));
    }

    [Fact]
    public async Task A_websocket_that_breaks_with_SPDY_in_it_is_a_broken_stream()
    {
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            using var socket = await FakeApiServer.UpgradeAsync(head, stream, "SPDY/3.1+portforward.k8s.io");
            await using var messages = WebSocketStream.Create(socket, WebSocketMessageType.Binary);
            var peer = new SpdyPeer(messages);
            await peer.AcceptAsync(2);
            await peer.WriteAsync(SpdyFrames.Data(Data, "SSH"u8));
            // In the middle of a message.
            await stream.WriteAsync((byte[])[0x82, 100, 1]);
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), new StreamOrder([], [SpdyInWebSocket]));
        await using var forward = await cluster.PortForwardAsync(Container, 258, default);
        Assert.Equal("SSH", await ReadAsync(forward));
        Assert.IsType<StreamEnd.Broken>(await forward.EndAsync(default));
    }

    [Fact]
    public async Task An_API_server_that_knows_no_SPDY_in_a_websocket_takes_channels()
    {
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            using var socket = await FakeApiServer.UpgradeAsync(head, stream, "v4.channel.k8s.io");
            await socket.SendAsync((byte[])[0, 2, 1, .. "SSH"u8], WebSocketMessageType.Binary, endOfMessage: true, default);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), new StreamOrder([], [SpdyInWebSocket]));
        await using var forward = await cluster.PortForwardAsync(Container, 258, default);
        Assert.Equal("SSH", await ReadAsync(forward));
    }

    // Answers each exec over SPDY alone, and notes the methods of all requests.
    private static FakeApiServer RefusingWebSockets(string status, string body, List<string> methods) => new(async (head, stream) =>
    {
        methods.Add(head.Split(' ')[0]);
        if (!head.StartsWith("POST", StringComparison.Ordinal))
            return await FakeApiServer.RespondAsync(stream, status, body);
        await (await FakeApiServer.UpgradeToSpdyAsync(stream, "v4.channel.k8s.io")).AcceptAsync(4);
        return false;
    });

    [Fact]
    public async Task Where_a_websocket_is_refused_it_is_SPDY_and_the_next_stream_knows()
    {
        List<string> methods = [];
        await using var server = RefusingWebSockets("403 Forbidden", "upgrades are not allowed here", methods);
        await using var cluster = new ApiCluster(server.Configuration(), new StreamOrder(StreamOrder.Usual.Exec, []));
        for (var i = 0; i < 2; i++)
            await (await cluster.ExecAsync(Container, ["sh"], default)).DisposeAsync();
        Assert.Equal(["GET", "POST", "POST"], methods);
        // A refusal leaves the connection to the next protocol.
        Assert.Equal(2, server.Connections);
        Assert.IsType<SpdyWay>(cluster.LastWay);
    }

    [Theory]
    [InlineData(9, "SPDY")]
    [InlineData(10, "WebSocket")]
    [InlineData(60_000, "WebSocket")]
    public void A_stream_begins_with_SPDY_where_the_API_server_is_near_and_otherwise_with_a_websocket(int milliseconds, string first)
    {
        var order = StreamOrder.Usual.At(TimeSpan.FromMilliseconds(milliseconds));
        Assert.All([order.Exec, order.PortForward], ways =>
        {
            Assert.StartsWith(first, $"{ways[0]}", StringComparison.Ordinal);
            Assert.Equal(2, ways.Count);
        });
    }

    [Fact]
    public async Task The_connection_that_tells_how_far_the_API_server_is_carries_the_port_forward()
    {
        await using var server = new FakeApiServer(async (_, stream) =>
        {
            await (await FakeApiServer.UpgradeToSpdyAsync(stream, "portforward.k8s.io")).AcceptAsync(2);
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), Spdy);
        await (await cluster.PortForwardAsync(Container, 258, default)).DisposeAsync();
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_websocket_that_a_busy_server_refuses_is_tried_first_again()
    {
        List<string> methods = [];
        await using var server = RefusingWebSockets("503 Service Unavailable", "", methods);
        await using var cluster = new ApiCluster(server.Configuration(), new StreamOrder(StreamOrder.Usual.Exec, []));
        for (var i = 0; i < 2; i++)
            await (await cluster.ExecAsync(Container, ["sh"], default)).DisposeAsync();
        Assert.Equal(["GET", "POST", "GET", "POST"], methods);
    }

    [Fact]
    public async Task If_both_are_refused_the_missing_right_is_told_and_not_what_a_proxy_says_afterwards()
    {
        await using var server = new FakeApiServer((head, stream) => head.StartsWith("GET", StringComparison.Ordinal)
            ? FakeApiServer.RespondAsync(stream, "403 Forbidden",
                """{"kind":"Status","reason":"Forbidden","message":"pods \"web\" is forbidden: "}""")
            : FakeApiServer.RespondAsync(stream, "502 Bad Gateway", "<html>"));
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Contains("may not create", (await Assert.ThrowsAnyAsync<SshpodException>(
            () => cluster.ExecAsync(Container, ["sh"], default))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("302 Found", "")]
    [InlineData("401 Unauthorized", """{"kind":"Status","reason":"Unauthorized","message":"Unauthorized"}""")]
    [InlineData("404 Not Found", """{"kind":"Status","reason":"NotFound","message":"pods \"web\" not found"}""")]
    [InlineData("500 Oops", """{"kind":"Status","message":"error dialing backend: dial tcp 10.0.0.1:10250: refused"}""")]
    [InlineData("500 Oops", """{"kind":"Status","message":"unable to upgrade connection: container not found (\"main\")"}""")]
    public async Task What_no_protocol_would_change_is_told_at_once(string status, string body)
    {
        var requests = 0;
        await using var server = new FakeApiServer((_, stream) =>
        {
            requests++;
            return FakeApiServer.RespondAsync(stream, status, body);
        });
        await using var cluster = new ApiCluster(server.Configuration());
        await Assert.ThrowsAnyAsync<SshpodException>(() => cluster.ExecAsync(Container, ["sh"], default));
        Assert.Equal(1, requests);
    }

    private static async Task<string> ReadAsync(Duplex stream)
    {
        using var all = new MemoryStream();
        var buffer = new byte[100];
        for (int count; (count = await stream.ReadAsync(buffer, default).AsTask().WaitAsync(TimeSpan.FromSeconds(20))) > 0;)
            all.Write(buffer, 0, count);
        return Encoding.UTF8.GetString(all.ToArray());
    }
}
