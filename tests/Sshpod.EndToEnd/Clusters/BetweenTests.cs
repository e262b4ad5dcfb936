using System.Diagnostics;
using System.Security.Cryptography;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;
using Sshpod.EndToEnd.Resuming;

namespace Sshpod.EndToEnd.Clusters;

/// <summary>What corporate networks put between a user and the API server. Each is a real relay in front of the real server.</summary>
[Trait(Suites.Name, Suites.Streams)]
public sealed class BetweenTests(TestCluster cluster)
{
    private const string PortForward = "port-forward", Exec = "exec";

    private static bool WithKubectl => Environment.GetEnvironmentVariable("SSHPOD_TRANSPORT") == "kubectl";

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_proxy_that_refuses_websockets(string tunnel)
    {
        await using var workstation = await UserAsync(tunnel);
        await using var relay = await RefuseAsync(workstation, "no-websocket", HttpRelay.AsksForWebSocket);
        Assert.Equal("in\n", (await workstation.SshAsync("pod--busybox", "echo in")).Quietly().Text);
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task Where_websockets_are_refused_bytes_arrive_whole_over_spdy_and_the_next_connection_knows(string tunnel)
    {
        await using var workstation = await UserAsync(tunnel);
        await using var relay = await RefuseAsync(workstation, "over-spdy", HttpRelay.AsksForWebSocket);
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        workstation.Environment["SSHPOD_LOG"] = "debug";
        var bytes = RandomNumberGenerator.GetBytes(32 << 20);
        var back = (await workstation.SshAsync(PipeSource.FromBytes(bytes), "pod--busybox", "cat")).Successfully();
        Assert.True(bytes.AsSpan().SequenceEqual(back.Output));
        Assert.Contains("api: SPDY ", back.Error, StringComparison.Ordinal);
        var next = (await workstation.SshAsync("pod--busybox", "true")).Successfully();
        // A port-forward begins with either, depending on how long the connection took. A refusal counts from then on, though not within
        // a connection: while it resumes, a busy API server may refuse the other as well.
        var last = (await workstation.SshAsync("pod--busybox", "true")).Successfully();
        Assert.DoesNotContain(Enumerable.Range(4, 2).Select(version => $"api: WebSocket v{version}."),
            asked => $"{back.Error}{next.Error}".Contains(asked, StringComparison.Ordinal)
                && last.Error.Contains(asked, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_proxy_that_refuses_spdy(string tunnel)
    {
        await using var workstation = await UserAsync(tunnel);
        await using var relay = await RefuseAsync(workstation, "no-spdy", HttpRelay.AsksForSpdy);
        var result = await workstation.SshAsync("pod--busybox", "echo in");
        // kubectl speaks WebSocket since 1.31, to servers that support it; otherwise it can only report the refusal.
        if (WithKubectl && result.ExitCode != 0)
            FaultReport.Record($"proxy refuses SPDY, {tunnel}", result, "upgrades are not allowed here");
        else
            Assert.Equal("in\n", result.Quietly().Text);
    }

    [Fact]
    public async Task Where_spdy_is_refused_a_current_API_server_takes_it_in_a_websocket_and_bytes_arrive_whole()
    {
        await using var workstation = await UserAsync(PortForward);
        await Front.UseAsync(cluster, workstation);
        await using var relay = await RefuseAsync(workstation, "spdy-inside", HttpRelay.AsksForSpdy);
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        workstation.Environment["SSHPOD_LOG"] = "debug";
        var bytes = RandomNumberGenerator.GetBytes(32 << 20);
        // An API server whose connection took long is far away, and has channels in its WebSocket.
        await Eventually.HoldsAsync("it was near", async () =>
        {
            var back = (await workstation.SshAsync(PipeSource.FromBytes(bytes), "pod--busybox", "cat")).Successfully();
            Assert.True(bytes.AsSpan().SequenceEqual(back.Output));
            return back.Error.Contains("api: the WebSocket has SPDY/3.1+portforward.k8s.io", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_connect_proxy()
    {
        await using var proxy = new ConnectProxy();
        await using var workstation = await UserAsync();
        await workstation.UseKubeconfigAsync(config => config.SetProxyAsync($"http://127.0.0.1:{proxy.Port}"));
        Assert.Equal("in\n", (await workstation.SshAsync("pod--busybox", "echo in")).Quietly().Text);
        Assert.NotEqual(0, proxy.Passed);
    }

    [Fact]
    public async Task A_connect_proxy_with_a_password()
    {
        // kubectl 1.20 sends the password as it is escaped in the URL.
        var password = WithKubectl ? "s3cret" : "s3cret word";
        await using var proxy = new ConnectProxy($"me:{password}");
        await using var workstation = await UserAsync();
        await workstation.UseKubeconfigAsync(config =>
            config.SetProxyAsync($"http://me:{Uri.EscapeDataString(password)}@127.0.0.1:{proxy.Port}"));
        Assert.Equal("in\n", (await workstation.SshAsync("pod--busybox", "echo in")).Quietly().Text);
        Assert.NotEqual(0, proxy.Passed);

        await workstation.UseKubeconfigAsync(config => config.SetProxyAsync($"http://me:wrong@127.0.0.1:{proxy.Port}"));
        var refused = await workstation.SshAsync("pod--busybox", "echo in");
        FaultReport.Record("proxy refuses the password", refused, WithKubectl ? "Proxy Authentication Required" : "407");
        Assert.DoesNotContain("wrong", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_load_balancer_that_cuts_idle_connections(string tunnel)
    {
        var limit = TimeSpan.FromSeconds(4);
        await using var workstation = await UserAsync(tunnel);
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server) { IdleLimit = limit });
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        var before = relay.Count;
        await Eventually.HoldsAsync("it was cut and is back, again and again", () => relay.Count >= before + 2);
        FaultReport.GoesOn($"idle connection cut, {tunnel}", await session.AnswersAsync());
        await session.EndAsync();
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_network_of_one_megabyte_a_second(string tunnel)
    {
        await using var workstation = await UserAsync(tunnel);
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server) { BytesPerSecond = 1_000_000 });
        var bytes = RandomNumberGenerator.GetBytes(4_000_000);
        var start = Stopwatch.StartNew();
        var back = await workstation.SshAsync(PipeSource.FromBytes(bytes), "pod--busybox", "cat");
        Assert.Equal(bytes, back.Quietly().Output);
        Assert.True(start.Elapsed > TimeSpan.FromSeconds(4), $"{start.Elapsed}");
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_network_that_cuts_the_connection_in_the_middle(string tunnel)
    {
        var name = $"cut-{tunnel}";
        await cluster.CreatePodAsync(name, "busybox:1");
        await using var workstation = await UserAsync(tunnel);
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server));
        await using var session = await Conversation.BeginAsync(workstation, $"pod--{name}");
        relay.Cut();
        FaultReport.GoesOn($"cut in the middle, {tunnel}", await session.AnswersAsync());
        await session.EndAsync();
        await Outage.NothingIsLeftAsync(cluster, name);
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task Without_resuming_a_cut_in_the_middle_ends_it_with_one_line(string tunnel)
    {
        var name = $"cut-off-{tunnel}";
        await cluster.CreatePodAsync(name, "busybox:1");
        await using var workstation = await UserAsync(tunnel);
        workstation.Environment["SSHPOD_RESUME"] = "0";
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server));
        // In the middle of a download, with data in flight.
        var session = workstation.SshAsync($"pod--{name}", "touch /tmp/here; cat /dev/zero");
        await Eventually.HoldsAsync("the session is open", async () => (await cluster.ExecAsync(name, "ls", "/tmp/here")).ExitCode == 0);
        var since = Stopwatch.StartNew();
        relay.Cut();
        var ended = await session;
        FaultReport.Record($"cut in the middle with resume 0, {tunnel}", ended with { Time = since.Elapsed },
            $"the connection to container \"main\" of pod \"{name}\" in namespace \"{cluster.Namespace}\"");

        await EndsAsync(name);
    }

    // The remote command ends too, once the cut is noticed.
    private Task EndsAsync(string pod) => Eventually.HoldsAsync("nothing is left running", async () =>
        !(await cluster.ExecAsync(pod, "ps")).Text.Contains("/dev/zero", StringComparison.Ordinal));

    private async Task<Workstation> UserAsync(string? tunnel = null)
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        return workstation;
    }

    private async Task<HttpRelay> RefuseAsync(Workstation workstation, string user, Func<string, bool> isRefused)
    {
        var token = await cluster.CreateAdminAsync(user);
        HttpRelay? relay = null;
        await workstation.UseKubeconfigAsync(async config =>
        {
            var (server, authority) = await config.ServerAsync();
            relay = new HttpRelay(server, authority, isRefused);
            await config.SetServerAsync($"https://127.0.0.1:{relay.Port}", HttpRelay.Authority);
            await config.UseTokenAsync(token);
        });
        return relay!;
    }
}
