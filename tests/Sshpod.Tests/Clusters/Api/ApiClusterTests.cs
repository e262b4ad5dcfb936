using System.Net.WebSockets;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Api;

public class ApiClusterTests
{
    // As where the API server is far away.
    private static readonly StreamOrder WebSocketFirst = StreamOrder.Usual with { Nearby = null };

    private static readonly PodContainer Container = new("app", "web", "uid", "main", "id");

    [Fact]
    public async Task Requests_share_a_connection_and_carry_who_we_are_and_whom_we_act_as()
    {
        List<string> heads = [];
        await using var server = FakeApiServer.Secure((head, stream) =>
        {
            heads.Add(head);
            return FakeApiServer.RespondAsync(stream, "200 OK", Pod);
        });
        await using var cluster = new ApiCluster(
            server.Configuration(
                ApiUser.Anonymous with
                {
                    Token = "t",
                    Impersonation = [("Impersonate-User", "eve"), ("Impersonate-Group", "a"), ("Impersonate-Group", "b")]
                },
            api => api with { Url = new Uri(api.Url, "/k8s/clusters/c") }));
        for (var i = 0; i < 2; i++)
            Assert.Equal("uid", (await cluster.GetAsync(Resources.Pods, null, "web", default)).Metadata.Uid);

        Assert.Equal(1, server.Connections);
        Assert.StartsWith("GET /k8s/clusters/c/api/v1/namespaces/default/pods/web HTTP/1.1\r\n", heads[0], StringComparison.Ordinal);
        Assert.Contains("\r\nAuthorization: Bearer t\r\nImpersonate-User: eve\r\nImpersonate-Group: a\r\nImpersonate-Group: b\r\n\r\n",
            heads[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_TLS_no_credentials_of_any_kind_are_sent_and_no_plugin_is_run()
    {
        var ran = Path.GetTempFileName();
        File.Delete(ran);
        var plugin = new ExecPlugin("client.authentication.k8s.io/v1", "touch", [ran], [], null, false);
        foreach (var user in new[] { ApiUser.Anonymous with { Token = "t" }, ApiUser.Anonymous with { Basic = ("me", "p") },
            ApiUser.Anonymous with { Plugin = plugin },
            ApiUser.Anonymous with { Impersonation = [("Impersonate-User", "eve")] } })
        {
            List<string> heads = [];
            await using var server = new FakeApiServer((head, stream) =>
            {
                heads.Add(head);
                return head.Contains("Upgrade", StringComparison.Ordinal) ? FakeApiServer.RespondAsync(stream, "403 Forbidden", "{}")
                    : FakeApiServer.RespondAsync(stream, "200 OK", Pod);
            });
            await using var cluster = new ApiCluster(server.Configuration(user));
            Assert.Equal("uid", (await cluster.GetAsync(Resources.Pods, null, "web", default)).Metadata.Uid);
            await Assert.ThrowsAsync<UpgradeRefusedException>(() => cluster.ExecAsync(Container, ["sh"], default));
            // A look, and two protocols for the exec.
            Assert.Equal(3, heads.Count);
            Assert.All(heads, head => Assert.DoesNotMatch("(?i)authorization|impersonate", head));
        }
        Assert.False(File.Exists(ran));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task A_right_is_asked_for_with_a_body_and_the_connection_serves_the_next_request(string allowed, bool expected)
    {
        List<string> requests = [];
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            requests.Add(head + await ReadBodyAsync(head, stream));
            return await FakeApiServer.RespondAsync(
                stream, "201 Created",
                $"{{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\","
                    + $"\"spec\":{{}},\"status\":{{\"allowed\":{allowed}}}}}");
        });
        await using var cluster = new ApiCluster(server.Configuration(ApiUser.Anonymous with { Token = "t" }));
        for (var i = 0; i < 2; i++)
            Assert.Equal(expected, await cluster.MayAsync(new Right("create", "pods", "exec", "app", Name: "web"), default));

        Assert.Equal(1, server.Connections);
        Assert.StartsWith("POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews HTTP/1.1\r\n", requests[1],
            StringComparison.Ordinal);
        Assert.EndsWith(
            "\r\n\r\n{\"apiVersion\":\"authorization.k8s.io/v1\",\"kind\":\"SelfSubjectAccessReview\","
                + "\"spec\":{\"resourceAttributes\":{\"namespace\":\"app\",\"verb\":\"create\",\"group\":\"\","
                + "\"resource\":\"pods\",\"subresource\":\"exec\",\"name\":\"web\"}}}",
            requests[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5;x=y\r\n{\"met\r\n{0}0\r\n\r\n")]
    [InlineData("Connection: close\r\n\r\n{1}")]
    public async Task An_answer_is_read_however_it_is_delimited(string answer)
    {
        await using var server = new FakeApiServer(async (_, stream) =>
        {
            var rest = Pod["{\"met".Length..];
            await stream.WriteAsync(Encoding.UTF8.GetBytes("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
                + answer.Replace("{0}", $"{rest.Length:x}\r\n{rest}\r\n", StringComparison.Ordinal)
                .Replace("{1}", Pod, StringComparison.Ordinal)));
            return !answer.Contains("close", StringComparison.Ordinal);
        });
        await using var cluster = new ApiCluster(server.Configuration());
        for (var i = 0; i < 2; i++)
            Assert.Equal("uid", (await cluster.GetAsync(Resources.Pods, null, "web", default)).Metadata.Uid);
    }

    [Fact]
    public async Task A_connection_that_the_server_has_closed_meanwhile_is_replaced()
    {
        await using var server = new FakeApiServer(async (_, stream) =>
        {
            await FakeApiServer.RespondAsync(stream, "200 OK", Pod);
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration());
        for (var i = 0; i < 3; i++)
            await cluster.GetAsync(Resources.Pods, null, "web", default);
        Assert.Equal(3, server.Connections);
    }

    [Theory]
    [InlineData("401 Unauthorized", """{"kind":"Status","reason":"Unauthorized","message":"Unauthorized"}""",
        "the API server does not accept the credentials of context \"test\"; log in to the cluster again")]
    [InlineData(
        "401 Unauthorized", "no", "the API server does not accept the credentials of context \"test\"; log in to the cluster again")]
    [InlineData(
        "403 Forbidden",
        """{"kind":"Status","reason":"Forbidden","message":"pods \"web\" is forbidden:"""
            + """ User \"eve\" cannot get resource \"pods\" in API group \"\" in the namespace \"app\""}""",
        "user \"eve\" may not get pods in namespace \"app\"; ask the administrator of namespace \"app\" for that right: docs/rbac.yaml has "
        + "roles")]
    [InlineData("500 Oops", """{"kind":"Status","reason":"InternalError","message":"etcd is tired"}""",
        "the API server of context \"test\" answers: etcd is tired")]
    [InlineData("502 Bad Gateway", "<html>", "the API server of context \"test\" answers: HTTP 502")]
    [InlineData("502 Bad Gateway", "no upstream", "the API server of context \"test\" answers: HTTP 502 no upstream")]
    public async Task What_the_server_refuses_is_one_line(string status, string body, string line)
    {
        await using var server = new FakeApiServer((_, stream) => FakeApiServer.RespondAsync(stream, status, body));
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Equal(
            line, (await Assert.ThrowsAnyAsync<SshpodException>(() => cluster.GetAsync(Resources.Pods, "app", "web", default))).Line);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":null,"spec":null,"status":null}""")]
    [InlineData("""{"metadata":{"name":"web"},"items":[{}]}""")]
    public async Task An_answer_that_lacks_what_was_asked_for_is_one_line(string body)
    {
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            if (head.StartsWith("POST", StringComparison.Ordinal))
                await ReadBodyAsync(head, stream);
            return await FakeApiServer.RespondAsync(stream, "200 OK", body);
        });
        await using var cluster = new ApiCluster(server.Configuration());
        foreach (var request in new Func<Task>[]
        {
            () => cluster.GetAsync(Resources.Pods, "app", "web", default),
            () => cluster.ListNamesAsync(Resources.Namespaces, null, default),
            () => cluster.ListPodsAsync<Pod>(new PodScope("app"), pod => [pod], default),
            () => cluster.ListPodsAsync("app", new LabelSelector(), true, default),
            () => cluster.MayAsync(new Right("create", "pods", "exec", "app"), default),
            () => cluster.GetVersionAsync(default),
        })
            Assert.StartsWith($"API server {server.Url.Authority} of context \"test\" answers with something other than the object: ",
                (await Assert.ThrowsAsync<SshpodException>(request)).Line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://near.example/k8s/clusters/c/api/v1/namespaces/app/pods/web?token=s3cret", "https://near.example/k8s/clusters/c")]
    [InlineData("https://near.example:443/api/v1/namespaces/app/pods/web", "https://near.example")]
    [InlineData("/login?next=x", "http://127.0.0.1:PORT/login")]
    [InlineData("http://[::1]:80/", "http://[::1]")]
    public async Task A_redirect_is_not_followed_and_says_where_to(string location, string target)
    {
        await using var server = new FakeApiServer(async (_, stream) =>
        {
            await stream.WriteAsync(
                Encoding.UTF8.GetBytes(
                    $"HTTP/1.1 301 Moved Permanently\r\nContent-Type: text/html\r\n"
                        + $"Location: {location}\r\nContent-Length: 6\r\n\r\n<html>"));
            return true;
        });
        await using var cluster = new ApiCluster(server.Configuration());
        var line =
            $"the API server of context \"test\" redirects "
            + $"to {target.Replace("PORT", $"{server.Url.Port}", StringComparison.Ordinal)}; if that is right, set it as server in "
            + $"the kubeconfig";
        Assert.Equal(
            line, (await Assert.ThrowsAnyAsync<SshpodException>(() => cluster.GetAsync(Resources.Pods, "app", "web", default))).Line);
        Assert.Equal(line, (await Assert.ThrowsAnyAsync<SshpodException>(() => cluster.ExecAsync(Container, ["sh"], default))).Line);
    }

    [Theory]
    [InlineData("""{"kind":"Status","reason":"Forbidden","message":"pods \"web\" is forbidden: ","details":{"name":"web","kind":"pods"}}""",
        "")]
    [InlineData("""{"kind":"Status","message":"pods \"web\" is forbidden"}""", ": pods \"web\" is forbidden")]
    [InlineData("""{"kind":"Status","reason":"","message":"forbidden: cannot exec into a privileged container"}""",
        ": cannot exec into a privileged container")]
    [InlineData("<html><title>403", ": HTTP 403")]
    [InlineData("", ": HTTP 403")]
    public async Task A_403_names_the_right_whatever_its_form(string body, string why)
    {
        await using var server = new FakeApiServer((_, stream) => FakeApiServer.RespondAsync(stream, "403 Forbidden", body));
        await using var cluster = new ApiCluster(server.Configuration());
        const string ask = "; ask the administrator of namespace \"app\" for that right: docs/rbac.yaml has roles";
        foreach (var (line, request) in new (string, Func<Task>)[]
        {
            ($"you may not create pods/exec in namespace \"app\"{why}{ask}", () => cluster.ExecAsync(Container, ["sh"], default)),
            ($"you may not create pods/portforward in namespace \"app\"{why}{ask}", () => cluster.PortForwardAsync(Container, 1, default)),
            ($"you may not get pods in namespace \"app\"{why}{ask}", () => cluster.GetAsync(Resources.Pods, "app", "web", default)),
            ($"you may not get deployments.apps in namespace \"app\"{why}{ask}",
                () => cluster.GetAsync(Resources.Deployments, "app", "web", default)),
            ($"you may not list pods in namespace \"app\"{why}{ask}", () => cluster.ListNamesAsync(Resources.Pods, "app", default)),
            ($"you may not list pods in namespace \"app\"{why}{ask}",
                () => cluster.ListPodsAsync<Pod>(new PodScope("app", false), pod => [pod], default)),
            ($"you may not list namespaces in the cluster{why}{ask.Replace("namespace \"app\"", "the cluster", StringComparison.Ordinal)}",
                () => cluster.ListNamesAsync(Resources.Namespaces, null, default)),
            ($"you may not get /version in the cluster{why}{ask.Replace("namespace \"app\"", "the cluster", StringComparison.Ordinal)}",
                () => cluster.GetVersionAsync(default)),
        })
            Assert.Equal(line, (await Assert.ThrowsAnyAsync<SshpodException>(request)).Line);
    }

    [Fact]
    public async Task A_server_with_an_IPv6_address_is_named_in_brackets()
    {
        List<string> heads = [];
        await using var server = new FakeApiServer((head, stream) =>
        {
            heads.Add(head);
            return FakeApiServer.RespondAsync(stream, "200 OK", Pod);
        }, address: System.Net.IPAddress.IPv6Loopback);
        await using var cluster = new ApiCluster(server.Configuration());
        await cluster.GetAsync(Resources.Pods, null, "web", default);
        Assert.Contains($"\r\nHost: [::1]:{server.Url.Port}\r\n", heads[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_object_is_told_with_what_may_be_meant()
    {
        await using var server = new FakeApiServer((head, stream) => head.Split(' ')[1] switch
        {
            "/api/v1/namespaces" =>
                FakeApiServer.RespondAsync(stream, "200 OK", """{"items":[{"metadata":{"name":"app","namespace":"","uid":"1"}}]}"""),
            "/api/v1/namespaces/app/pods" =>
                FakeApiServer.RespondAsync(stream, "200 OK", """{"items":[{"metadata":{"name":"web","namespace":"app","uid":"1"}}]}"""),
            _ => FakeApiServer.RespondAsync(stream, "404 Not Found",
                """{"kind":"Status","reason":"NotFound","message":"pods \"wbe\" not found","details":{"name":"wbe","kind":"pods"}}"""),
        });
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Equal("no pod \"wbe\" in namespace \"app\"; did you mean \"web\"?",
            (await Assert.ThrowsAnyAsync<SshpodException>(() => cluster.GetAsync(Resources.Pods, "app", "wbe", default))).Line);
    }

    [Fact]
    public async Task A_cronjob_of_an_old_server_has_an_old_version()
    {
        await using var server = new FakeApiServer((head, stream) => head.Contains("v1beta1", StringComparison.Ordinal)
            ? FakeApiServer.RespondAsync(stream, "200 OK",
                """{"metadata":{"name":"c","namespace":"app","uid":"uid"},"status":{"active":[{"name":"c-1"}]}}""")
            : FakeApiServer.RespondAsync(stream, "404 Not Found",
                """{"kind":"Status","reason":"NotFound","message":"the server could not find the requested resource","details":{}}"""));
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Equal("c-1", (await cluster.GetAsync(Resources.CronJobs, "app", "c", default)).Status?.Active?[0].Name);
    }

    [Theory]
    [InlineData(ChannelSocket.V5, true)]
    [InlineData(ChannelSocket.V4, false)]
    public async Task Stdin_goes_in_messages_that_pass_everywhere_and_ends_where_it_can(string protocol, bool canClose)
    {
        List<byte[]> messages = [];
        var closed = new TaskCompletionSource();
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            Assert.Contains("/pods/web/exec?container=main&stdin=true&stdout=true&stderr=true&command=sh&command=a+b%26%2B HTTP/1.1",
                head, StringComparison.Ordinal);
            using var socket = await FakeApiServer.UpgradeAsync(head, stream, protocol);
            var buffer = new byte[100_000];
            while (await socket.ReceiveAsync(buffer.AsMemory(), default) is { MessageType: not WebSocketMessageType.Close } message)
                messages.Add(buffer[..message.Count]);
            closed.SetResult();
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), WebSocketFirst);
        await using (var exec = await cluster.ExecAsync(Container, ["sh", "a b&+"], default))
        {
            Assert.Equal(canClose, exec.HasHalfClose);
            Assert.True(await exec.WriteAsync(new byte[70_000], default));
            await exec.CompleteAsync(default);
        }
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(10));

        Assert.All(messages, message => Assert.True(message.Length <= ChannelSocket.MaxMessage));
        Assert.Equal(70_000, messages.Where(message => message[0] == 0).Sum(message => message.Length - 1));
        Assert.Equal(canClose ? [[255, 0]] : [], messages.Where(message => message[0] != 0));
    }

    [Theory]
    [InlineData("""{"kind":"Status","status":"Success"}""",
        "the exec stream to container \"main\" of pod \"web\" in namespace \"app\" broke (exit code 0)")]
    [InlineData("", "the exec stream to container \"main\" of pod \"web\" in namespace \"app\" broke (no exit code)")]
    [InlineData(
        """{"kind":"Status","status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""",
        "the exec stream to container \"main\" of pod \"web\" in namespace \"app\" broke (exit code 3)")]
    [InlineData(
        """{"kind":"Status","status":"Failure","reason":"InternalError","message":"executable file `sh` not found in $PATH:"""
            + """ No such file or directory"}""",
        "container \"main\" of pod \"web\" in namespace \"app\" has no shell \"sh\"")]
    [InlineData(
        """{"kind":"Status","status":"Failure","reason":"InternalError","message":"exec: \"/bin/sh\":"""
            + """ stat /bin/sh: no such file or directory: unknown"}""",
        "container \"main\" of pod \"web\" in namespace \"app\" has no shell \"sh\"")]
    [InlineData(
        """{"kind":"Status","status":"Failure","reason":"InternalError","message":"exec: \"sh\":"""
            + """ executable file not found in $PATH: unknown"}""",
        "container \"main\" of pod \"web\" in namespace \"app\" has no shell \"sh\"")]
    [InlineData("""{"kind":"Status","status":"Failure","reason":"InternalError","message":"boom"}""",
        "the API server of context \"test\" answers: boom")]
    public async Task The_end_of_an_exec_is_explained(string status, string words)
    {
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            using var socket = await FakeApiServer.UpgradeAsync(head, stream, ChannelSocket.V4);
            // As real servers do, first send an empty message on each channel.
            foreach (var message in new byte[][] { [1], [2], [3], [1, .. "out"u8], [2, .. "err"u8], [1, .. "put"u8],
                [3, .. Encoding.UTF8.GetBytes(status)] })
                await socket.SendAsync(message, WebSocketMessageType.Binary, true, default);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, default);
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), WebSocketFirst);
        await using var exec = await cluster.ExecAsync(Container, ["sh"], default);
        using var output = new MemoryStream();
        var buffer = new byte[100];
        for (int count; (count = await exec.ReadAsync(buffer, default)) > 0;)
            output.Write(buffer, 0, count);
        Assert.Equal("output", Encoding.UTF8.GetString(output.ToArray()));
        Assert.Contains(words, BrokenStreamException.Of(await exec.EndAsync(default), Container).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_forward_leaves_out_the_port_and_tells_the_error()
    {
        await using var server = new FakeApiServer(async (head, stream) =>
        {
            Assert.Contains("/pods/web/portforward?ports=258 HTTP/1.1", head, StringComparison.Ordinal);
            using var socket = await FakeApiServer.UpgradeAsync(head, stream, ChannelSocket.V4);
            foreach (var message in new byte[][] { [0, 2, 1], [1, 2, 1], [0, .. "SSH-2.0-x"u8], [1, .. "connection refused"u8] })
                await socket.SendAsync(message, WebSocketMessageType.Binary, true, default);
            await socket.ReceiveAsync(new byte[10].AsMemory(), default);
            return false;
        });
        await using var cluster = new ApiCluster(server.Configuration(), WebSocketFirst);
        await using var forward = await cluster.PortForwardAsync(Container, 258, default);
        var buffer = new byte[100];
        Assert.Equal("SSH-2.0-x", Encoding.UTF8.GetString(buffer, 0, await forward.ReadAsync(buffer, default)));
        Assert.Equal(0, await forward.ReadAsync(buffer, default));
        var end = Assert.IsType<StreamEnd.Refused>(await forward.EndAsync(default));
        Assert.Contains("failed: connection refused", end.Reason.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_websocket_is_told_apart_since_kubectl_may_have_the_right()
    {
        await using var server = new FakeApiServer((_, stream) => FakeApiServer.RespondAsync(stream, "403 Forbidden",
            """{"kind":"Status","reason":"Forbidden","message":"pods \"web\" is forbidden:"""
                + """ User \"eve\" cannot get resource \"pods/exec\" in API group \"\" in the namespace \"app\""}"""));
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Equal("user \"eve\" may not get pods/exec in namespace \"app\"",
            (await Assert.ThrowsAsync<UpgradeRefusedException>(() => cluster.ExecAsync(Container, ["sh"], default))).Message);
    }

    private static async Task<string> ReadBodyAsync(string head, Stream stream)
    {
        var length = head.Split("Content-Length: ")[1].Split('\r')[0];
        var body = new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body);
        return Encoding.UTF8.GetString(body);
    }

    private const string Pod = """{"metadata":{"name":"web","namespace":"default","uid":"uid"},"spec":{},"status":{}}""";
}
