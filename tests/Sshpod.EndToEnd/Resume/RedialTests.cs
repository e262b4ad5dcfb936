using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;
using static Sshpod.EndToEnd.Resume.Outage;

namespace Sshpod.EndToEnd.Resume;

/// <summary>What has changed by the time a connection tries to come back: the listener, the user's rights, the kubeconfig.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class RedialTests(TestCluster cluster)
{
    private static readonly TimeSpan While = TimeSpan.FromSeconds(6);

    private const string AllStreams = "[pods/exec, pods/portforward]";

    [Fact]
    public async Task A_listener_that_was_killed_is_started_anew_and_finds_the_connection()
    {
        await cluster.CreatePodAsync("redial-listener", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--redial-listener");
        await KillAsync(cluster, "redial-listener", "[listener]");
        relay.Cut();
        FaultReport.GoesOn("listener killed while connected, then cut", await session.AnswersAsync());
        await session.EndAsync();
        await NothingIsLeftAsync(cluster, "redial-listener");
    }

    [Fact]
    public async Task Credentials_that_end_during_the_outage_are_asked_for_again()
    {
        var (workstation, relay) = await WithPluginAsync("redial-expired", "cat $HOME/token");
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        var other = await cluster.CreateAdminAsync("redial-expired-later");
        (await cluster.KubectlAsync("delete", "secret", "redial-expired-token", "-n", cluster.Namespace)).Successfully();
        await File.WriteAllTextAsync(workstation.File("token"), other);
        relay.Cut();
        FaultReport.GoesOn("credentials ended, the plugin has new ones", await session.AnswersAsync());
        await session.EndAsync();
    }

    [Fact]
    public async Task A_plugin_that_needs_a_login_is_not_run_again_and_again_and_a_login_elsewhere_heals_it()
    {
        var (workstation, relay) = await WithPluginAsync("redial-login",
            "echo run >>$HOME/runs; test -e $HOME/token && cat $HOME/token || { echo not logged in >&2; exit 1; }");
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        File.Move(workstation.File("token"), workstation.File("later"));
        File.Delete(workstation.File("runs"));
        relay.Cut();
        await Eventually.HoldsAsync("the plugin was asked", () => File.Exists(workstation.File("runs")));
        await Task.Delay(While);
        Assert.Equal("run\n", await File.ReadAllTextAsync(workstation.File("runs")));
        File.Move(workstation.File("later"), workstation.File("token"));
        FaultReport.GoesOn("plugin needs a login, then a key is pressed after it", await session.AnswersAsync());
        await session.EndAsync();
    }

    [Fact]
    public async Task Without_the_right_to_port_forward_any_more_it_comes_back_through_exec()
    {
        var (workstation, relay) = await LimitedAsync("redial-exec", AllStreams);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        await GrantAsync("redial-exec", "[pods/exec]");
        relay.Cut();
        FaultReport.GoesOn("right for port-forward revoked", await session.AnswersAsync());
        await session.EndAsync();
    }

    [Fact]
    public async Task Without_any_right_it_waits_until_they_are_given_back()
    {
        var (workstation, relay) = await LimitedAsync("redial-none", AllStreams);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        (await cluster.KubectlAsync("delete", "rolebinding", "redial-none", "-n", cluster.Namespace)).Successfully();
        relay.Cut();
        session.Say();
        await Task.Delay(While);
        Assert.False(session.Completion.IsCompleted, session.Error);
        await BindAsync("redial-none");
        FaultReport.GoesOn("all rights revoked, and given back", await session.AnswersAsync());
        await session.EndAsync();
    }

    [Fact]
    public async Task A_cluster_that_has_moved_to_another_address_is_found_there()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        await using var other = new TcpRelay(relay.Server);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"https://127.0.0.1:{other.Port}"));
        relay.IsDown = true;
        relay.Cut();
        FaultReport.GoesOn("kubeconfig rewritten with another URL", await session.AnswersAsync());
        Assert.NotEqual(0, other.Count);
        await session.EndAsync();
    }

    [Fact]
    public async Task A_pod_of_the_same_name_is_not_the_same_pod()
    {
        await cluster.CreatePodAsync("redial-other", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        var session = await StartedAsync(cluster, workstation, "redial-other", "sleep 1000");
        relay.IsDown = true;
        relay.Cut();
        (await cluster.KubectlAsync(
            "delete", "pod", "redial-other", "-n", cluster.Namespace, "--grace-period=0", "--force")).Successfully();
        await cluster.CreatePodAsync("redial-other", "busybox:1");
        relay.IsDown = false;
        var since = System.Diagnostics.Stopwatch.StartNew();
        FaultReport.Record("another cluster, or another pod of the name", (await session) with { Time = since.Elapsed },
            "the connection to container \"main\" of pod \"redial-other\"", TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task Another_current_context_changes_nothing()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        Assert.SkipUnless(cluster.IsLocal, "host names of this run name their context");
        await workstation.UseKubeconfigAsync(config => config.AddContextWithSystemTrustAsync("elsewhere", cluster.Namespace));
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        (await workstation.RunAsync("kubectl", "config", "use-context", "elsewhere")).Successfully();
        relay.Cut();
        FaultReport.GoesOn("kubectl config use-context", await session.AnswersAsync());
        await session.EndAsync();
    }

    private async Task<(Workstation Workstation, TcpRelay Relay)> WithPluginAsync(string user, string token)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await File.WriteAllTextAsync(workstation.File("token"), await cluster.CreateAdminAsync(user));
        FakeProgram.Install(workstation, user, $$$"""
            t=$({{{token}}}) || exit
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "$t"
            """);
        await workstation.UseKubeconfigAsync(config => config.SetPluginAsync(user));
        return (workstation, relay);
    }

    private async Task<(Workstation Workstation, TcpRelay Relay)> LimitedAsync(string user, string streams)
    {
        await GrantAsync(user, streams);
        await BindAsync(user);
        var token = await cluster.TokenOfAsync(user);
        var (workstation, relay) = await PutBehindRelayAsync(cluster, "auto");
        await workstation.UseKubeconfigAsync(config => config.UseTokenAsync(token));
        return (workstation, relay);
    }

    private Task GrantAsync(string user, string streams) => cluster.ApplyAsync($$$"""
        {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: {{{user}}} }, rules: [
         {apiGroups: [""], resources: [pods], verbs: [get, list]},
         {apiGroups: [""], resources: {{{streams}}}, verbs: [get, create]}]}
        """);

    private Task BindAsync(string user) => cluster.ApplyAsync($$$"""
        {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{user}}} }}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{{user}}} },
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{{user}}} },
         subjects: [{kind: ServiceAccount, name: {{{user}}}, namespace: {{{cluster.Namespace}}} }]}
        """);
}
