using System.Net;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>What has changed by the time that sshpod comes back: names, ports, credentials, rights and the kubeconfig.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class RedialTests(TestCluster cluster)
{
    private const string Pods = "{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}",
        MayExec = "{apiGroups: [\"\"], resources: [pods/exec], verbs: [get, create]}",
        MayPortForward = "{apiGroups: [\"\"], resources: [pods/portforward], verbs: [get, create]}";

    [Fact]
    public async Task A_name_server_that_is_gone_for_a_while()
    {
        const string Name = "api.cluster.example", NameServerAddress = "127.0.0.79";
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server));
        await workstation.UseKubeconfigAsync(async config =>
        {
            // kubectl config forgets the one with the other.
            await config.SetServerAsync($"https://{Name}:{relay.Port}");
            await config.SetTlsServerNameAsync(relay.Server.Host);
        });
        await File.WriteAllTextAsync(workstation.File("resolv.conf"), $"nameserver {NameServerAddress}\noptions timeout:1 attempts:1\n");
        await using var names = new Names(NameServerAddress);
        await using var session = await TalkAsync(workstation, "pod--busybox", "unshare", "--mount", "sh",
            "-c", "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", workstation.File("resolv.conf"));
        await names.StopAsync();
        relay.Cut();
        await session.FailsAsync(Name);
        names.Start();
        FaultReport.GoesOn("name server gone during an outage", await session.AnswersAsync());
    }

    [Fact]
    public async Task A_listener_that_was_killed_is_started_again_and_finds_the_connection()
    {
        await cluster.CreatePodAsync("redial-listener", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await TalkAsync(workstation, "pod--redial-listener");
        await KillAsync(cluster, "redial-listener", "[listener]");
        // It is not needed by what is open.
        await session.AnswersAsync();
        relay.Cut();
        FaultReport.GoesOn("listener killed while connected, then cut", await session.AnswersAsync());
    }

    [Fact]
    public async Task A_token_that_has_expired_is_asked_for_again()
    {
        var (workstation, relay, session) = await WithPluginAsync("redial-expires");
        await using var _ = workstation;
        await using var __ = relay;
        await using var ___ = session;
        var token = await File.ReadAllTextAsync(workstation.File("token"));
        await File.WriteAllTextAsync(workstation.File("token"), "expired");
        relay.Cut();
        // Whatever the API server says of that.
        await session.FailsAsync("");
        await File.WriteAllTextAsync(workstation.File("token"), token);
        FaultReport.GoesOn("token expired, then the plugin has another", await session.AnswersAsync());
    }

    [Fact]
    public async Task A_plugin_that_fails_is_not_run_again_before_the_user_presses_a_key()
    {
        var (workstation, relay, session) = await WithPluginAsync("redial-login");
        await using var _ = workstation;
        await using var __ = relay;
        await using var ___ = session;
        File.Move(workstation.File("token"), workstation.File("away"));
        File.Delete(workstation.File("runs"));
        relay.Cut();
        await session.FailsAsync("the session has expired");
        // Without that rule there would be several attempts by now.
        await Task.Delay(TimeSpan.FromSeconds(4));
        Assert.Single(await File.ReadAllLinesAsync(workstation.File("runs")));
        File.Move(workstation.File("away"), workstation.File("token"));
        FaultReport.GoesOn("plugin needs a login, and a key is pressed after it", await session.AnswersAsync());
    }

    [Fact]
    public async Task Without_the_right_to_port_forward_it_goes_on_through_exec()
    {
        var (workstation, relay, session) = await AsLimitedUserAsync("redial-exec");
        await using var _ = workstation;
        await using var __ = relay;
        await using var ___ = session;
        await SetRightsAsync("redial-exec", Pods, MayExec);
        await MayAsync("redial-exec", "portforward", "no");
        relay.Cut();
        FaultReport.GoesOn("right for port-forward revoked", await session.AnswersAsync());
        await session.LogsAsync("resume: ", "through exec");
    }

    [Fact]
    public async Task Rights_that_are_revoked_and_given_back()
    {
        var (workstation, relay, session) = await AsLimitedUserAsync("redial-none");
        await using var _ = workstation;
        await using var __ = relay;
        await using var ___ = session;
        await SetRightsAsync("redial-none");
        await MayAsync("redial-none", "exec", "no");
        await MayAsync("redial-none", "portforward", "no");
        relay.Cut();
        await session.FailsAsync("may not");
        await SetRightsAsync("redial-none", Pods, MayExec, MayPortForward);
        await MayAsync("redial-none", "portforward", "yes");
        FaultReport.GoesOn("all rights revoked, and given back", await session.AnswersAsync());
    }

    [Fact]
    public async Task Another_url_of_the_same_cluster_in_the_kubeconfig_is_used()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Uri? server = null;
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, uri => new TcpRelay(server = uri));
        await using var other = new TcpRelay(server!);
        await using var session = await TalkAsync(workstation, "pod--busybox");
        relay.IsDown = true;
        relay.Cut();
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"https://127.0.0.1:{other.Port}"));
        FaultReport.GoesOn("kubeconfig has another URL", await session.AnswersAsync());
        Assert.NotEqual(0, other.Count);
    }

    [Fact]
    public async Task Another_cluster_under_the_contexts_name_ends_it_with_one_line()
    {
        var (workstation, relay, session) = await PausedAsync(cluster, "busybox");
        await using var _ = workstation;
        await using var __ = relay;
        // A cluster that has no such pod.
        await using var other = new HttpRelay(new Uri("https://127.0.0.1:1"), HttpRelay.Authority, _ => true)
        {
            Status = "404 Not Found",
            ContentType = "application/json",
            Body = """
                {"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "pods \"busybox\" not found",
                 "reason": "NotFound", "details": {"name": "busybox", "kind": "pods"}, "code": 404}
                """,
        };
        var since = System.Diagnostics.Stopwatch.StartNew();
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"https://127.0.0.1:{other.Port}", HttpRelay.Authority));
        FaultReport.Record("another cluster under the same context during an outage", (await session) with { Time = since.Elapsed },
            "the pod was deleted", TimeSpan.FromSeconds(45));
        // It may still be there in the one that was meant: the next connection to it ends it.
        Assert.Single(Directory.GetFiles(NotesOf(workstation)));
    }

    [Fact]
    public async Task A_pod_of_the_same_name_is_not_the_same_pod()
    {
        await cluster.CreatePodAsync("redial-other", "busybox:1");
        var (workstation, relay, session) = await PausedAsync(cluster, "redial-other");
        await using var _ = workstation;
        await using var __ = relay;
        (await cluster.KubectlAsync(
            "delete", "pod", "redial-other", "-n", cluster.Namespace, "--grace-period=0", "--force")).Successfully();
        await cluster.CreatePodAsync("redial-other", "busybox:1");
        relay.IsDown = false;
        var since = System.Diagnostics.Stopwatch.StartNew();
        FaultReport.Record("another cluster, or another pod of the name", (await session) with { Time = since.Elapsed },
            "the connection to container \"main\" of pod \"redial-other\"", TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task Another_current_context_has_no_effect()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await workstation.UseKubeconfigAsync(config => config.SetContextsAsync(cluster.Namespace, "here", "there"));
        (await workstation.RunAsync("kubectl", "config", "set-cluster", "elsewhere", "--server=https://127.0.0.1:1")).Successfully();
        (await workstation.RunAsync("kubectl", "config", "set-context", "there", "--cluster=elsewhere")).Successfully();
        // The address names no context.
        await using var session = await TalkAsync(workstation, "pod--busybox.sshpod");
        (await workstation.RunAsync("kubectl", "config", "use-context", "there")).Successfully();
        relay.Cut();
        FaultReport.GoesOn("kubectl config use-context", await session.AnswersAsync());
    }

    private async Task<(Workstation Workstation, TcpRelay Relay, Conversation Session)> WithPluginAsync(string user)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        await File.WriteAllTextAsync(workstation.File("token"), await cluster.CreateAdminAsync(user));
        FakeProgram.Install(workstation, "my-login", $$$"""
            echo run >>{{{workstation.File("runs")}}}
            [ -e {{{workstation.File("token")}}} ] || { echo 'the session has expired' >&2; exit 1; }
            echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "'\
            "$(cat {{{workstation.File("token")}}})"'"}}'
            """);
        await workstation.UseKubeconfigAsync(config => config.SetPluginAsync("my-login"));
        return (workstation, relay, await TalkAsync(workstation, "pod--busybox"));
    }

    private async Task<(Workstation Workstation, TcpRelay Relay, Conversation Session)> AsLimitedUserAsync(string user)
    {
        var workstation = await LimitedUser.SetUpAsync(cluster, user, $"{Pods}, {MayExec}, {MayPortForward}");
        await MayAsync(user, "portforward", "yes");
        var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server));
        return (workstation, relay, await TalkAsync(workstation, "pod--busybox"));
    }

    private static Task<Conversation> TalkAsync(Workstation workstation, string target, params string[] through)
    {
        workstation.Environment["SSHPOD_LOG"] = "debug";
        return Conversation.BeginAsync(workstation, target, through);
    }

    private Task SetRightsAsync(string user, params string[] rules) => cluster.ApplyAsync($$$"""
        {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: {{{user}}} }, rules: [{{{string.Join(", ", rules)}}}]}
        """);

    // Rights take effect a moment after they were set.
    private Task MayAsync(string user, string subresource, string answer) => Eventually.HoldsAsync($"{user} may {subresource}: {answer}",
        async () => (await cluster.KubectlAsync("auth", "can-i", "create", "pods", $"--subresource={subresource}", "-n", cluster.Namespace,
            $"--as=system:serviceaccount:{cluster.Namespace}:{user}")).Text.Trim() == answer);

    /// <summary>A name server that can be away.</summary>
    private sealed class Names(string address) : IAsyncDisposable
    {
        private NameServer? _server = Create(address);

        public void Start() => _server = Create(address);

        public async Task StopAsync()
        {
            if (_server is not null)
                await _server.DisposeAsync();
            _server = null;
        }

        public async ValueTask DisposeAsync() => await StopAsync();

        private static NameServer Create(string address) => new(IPAddress.Parse(address), IPAddress.Loopback);
    }
}
