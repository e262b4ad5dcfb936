using System.Diagnostics;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>What ends a connection for good, and how a paused one is cleaned up.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class EndTests(TestCluster cluster)
{
    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_command_that_ends_during_the_outage_still_reports(string tunnel)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var session = await StartedAsync(cluster, workstation, "busybox", "sleep 3; echo done; exit 7");
        relay.IsDown = true;
        relay.Cut();
        await Task.Delay(TimeSpan.FromSeconds(6));
        relay.IsDown = false;
        var ended = await session;
        Assert.Equal(("done\n", 7), (ended.Text, ended.ExitCode));
    }

    [Fact]
    public async Task A_pod_that_is_deleted_during_the_outage_ends_it_with_its_reason()
    {
        var (pod, workstation, relay, session) = await PausedAsync("resume-deleted");
        await using var _ = workstation;
        await using var __ = relay;
        (await cluster.KubectlAsync("delete", "pod", pod, "-n", cluster.Namespace, "--grace-period=0", "--force")).Successfully();
        var since = Back(relay);
        FaultReport.Record("pod deleted during an outage", (await session) with { Time = since.Elapsed }, "the pod was deleted",
            TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_container_that_restarts_during_the_outage_ends_it_with_its_reason()
    {
        var (pod, workstation, relay, session) = await PausedAsync("resume-restarted",
            "command: [sh, -c, \"trap 'exit 0' TERM; while :; do sleep 1; done\"]");
        await using var _ = workstation;
        await using var __ = relay;
        (await cluster.ExecAsync(pod, "kill", "1")).Successfully();
        var since = Back(relay);
        FaultReport.Record("container restarted during an outage", (await session) with { Time = since.Elapsed },
            $"the connection to container \"main\" of pod \"{pod}\"", TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_session_whose_processes_were_killed_there_ends_with_one_line()
    {
        var (pod, workstation, relay, session) = await PausedAsync("resume-killed");
        await using var _ = workstation;
        await using var __ = relay;
        (await cluster.ExecAsync(pod, "killall", "-9", "sshd")).Successfully();
        var since = Back(relay);
        FaultReport.Record("session killed during an outage", (await session) with { Time = since.Elapsed }, "its session has ended there",
            TimeSpan.FromSeconds(25));
    }

    [Fact]
    public async Task A_session_whose_holder_was_killed_ends_with_one_line()
    {
        const string Pod = "resume-holder";
        await cluster.CreatePodAsync(Pod, "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        var session = await StartedAsync(cluster, workstation, Pod, "sleep 1000");
        await KillAsync(cluster, Pod, "holder");
        var since = Stopwatch.StartNew();
        FaultReport.Record("holder killed while connected", (await session) with { Time = since.Elapsed }, "its session has ended there",
            TimeSpan.FromSeconds(25));
        await NothingIsLeftAsync(cluster, Pod);
    }

    [Fact]
    public async Task A_session_that_is_killed_there_ends_ssh_as_ever()
    {
        const string Pod = "resume-session";
        await cluster.CreatePodAsync(Pod, "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        var session = await StartedAsync(cluster, workstation, Pod, "sleep 1000");
        await KillAsync(cluster, Pod, "sshd-session");
        var ended = await session;
        Assert.Equal(255, ended.ExitCode);
        Assert.Contains("closed", ended.Error, StringComparison.OrdinalIgnoreCase);
        Assert.True(ended.Time < FaultReport.Limit, $"{ended.Time}");
        await NothingIsLeftAsync(cluster, Pod);
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_connection_that_is_cleaned_ends_with_one_line(string tunnel)
    {
        var pod = $"resume-swept-{tunnel}";
        await cluster.CreatePodAsync(pod, "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var session = await StartedAsync(cluster, workstation, pod, "sleep 1000");
        (await workstation.SshpodAsync("clean", workstation.Host($"pod--{pod}"))).Successfully();
        var since = Stopwatch.StartNew();
        FaultReport.Record($"sshpod clean while connected, {tunnel}", (await session) with { Time = since.Elapsed },
            "sshpod clean has ended it", TimeSpan.FromSeconds(25));
        await NothingIsLeftAsync(cluster, pod);
    }

    [Fact]
    public async Task A_paused_connection_that_is_cleaned_ends_with_one_line()
    {
        var (pod, workstation, relay, session) = await PausedAsync("resume-cleaned");
        await using var _ = workstation;
        await using var __ = relay;
        await using var other = await Workstation.SetUpAsync(cluster);
        (await other.SshpodAsync("clean", other.Host($"pod--{pod}"))).Successfully();
        var since = Back(relay);
        FaultReport.Record("sshpod clean during an outage", (await session) with { Time = since.Elapsed },
            $"the connection to container \"main\" of pod \"{pod}\"", TimeSpan.FromSeconds(25));
        await NothingIsLeftAsync(cluster, pod);
    }

    [Fact]
    public async Task After_as_long_as_the_user_wants_to_wait_it_is_over()
    {
        var (_, workstation, relay, session) = await PausedAsync("resume-grace", grace: "5");
        await using var _ = workstation;
        await using var __ = relay;
        FaultReport.Record("no connection for as long as resume says", await session, "no connection for 5 s",
            TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-9")]
    public async Task Of_an_ssh_that_is_killed_no_session_is_left(string signal)
    {
        var pod = $"resume-ssh{signal.ToLowerInvariant()}";
        await cluster.CreatePodAsync(pod, "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var ssh = workstation.StartSsh($"root@{workstation.Host($"pod--{pod}")}", "touch /tmp/here; sleep 1000");
        await HereAsync(pod);
        (await workstation.RunAsync("kill", signal, $"{ssh.ProcessId}")).Successfully();
        await NothingIsLeftAsync(cluster, pod);
    }

    [Theory]
    [InlineData("-TERM")]
    [InlineData("-9")]
    public async Task Of_an_ssh_that_is_killed_while_paused_the_next_connection_takes_the_session_along(string signal)
    {
        var pod = $"resume-paused{signal.ToLowerInvariant()}";
        await cluster.CreatePodAsync(pod, "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, $"pod--{pod}");
        relay.IsDown = true;
        relay.Cut();
        await Task.Delay(TimeSpan.FromSeconds(1));
        (await workstation.RunAsync("kill", signal, $"{session.ProcessId}")).Successfully();
        await session.Completion;
        await Eventually.HoldsAsync("no sshpod is left", () => ProxyProcess.Find(workstation.Host($"pod--{pod}")) is null);
        relay.IsDown = false;
        (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();
        await NothingIsLeftAsync(cluster, pod);
        Assert.Empty(Directory.GetFiles(workstation.File("cache/sshpod/resume")));
    }

    [Fact]
    public async Task Of_an_ssh_that_is_killed_while_it_waits_to_say_more_nothing_is_left()
    {
        const string Pod = "resume-full";
        await cluster.CreatePodAsync(Pod, "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var endless = File.OpenRead("/dev/zero");
        await using var ssh = new RunningProgram("ssh",
            ["-F", workstation.SshConfig, $"root@{workstation.Host($"pod--{Pod}")}", "touch /tmp/here; cat >/dev/null"],
            workstation.Environment, PipeSource.FromStream(endless));
        await HereAsync(Pod);
        var proxy = await ProxyProcess.FindAsync(workstation.Host($"pod--{Pod}"));
        relay.IsDown = true;
        relay.Cut();
        (long Read, long Written)? before = null;
        await Eventually.HoldsAsync("sshpod takes nothing more", async () =>
        {
            before = proxy.Traffic;
            await Task.Delay(TimeSpan.FromSeconds(1));
            return before is not null && proxy.Traffic?.Read == before?.Read;
        });
        (await workstation.RunAsync("kill", "-9", $"{ssh.ProcessId}")).Successfully();
        await Eventually.HoldsAsync("no sshpod is left", () => ProxyProcess.Find(workstation.Host($"pod--{Pod}")) is null);
        relay.IsDown = false;
        (await workstation.SshAsync($"pod--{Pod}", "true")).Quietly();
        await NothingIsLeftAsync(cluster, Pod);
    }

    [Fact]
    public async Task The_session_of_a_proxy_that_was_killed_ends_with_the_next_connection()
    {
        await cluster.CreatePodAsync("resume-proxy", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var ssh = workstation.StartSsh($"root@{workstation.Host("pod--resume-proxy")}", "touch /tmp/here; sleep 1000");
        await HereAsync("resume-proxy");
        var proxy = await ProxyProcess.FindAsync(workstation.Host("pod--resume-proxy"));
        (await workstation.RunAsync("kill", "-9", proxy.Id)).Successfully();
        Assert.NotEqual(0, (await ssh.Completion).ExitCode);
        Assert.Single(Directory.GetFiles(workstation.File("cache/sshpod/resume")));
        (await workstation.SshAsync("pod--resume-proxy", "true")).Quietly();
        await NothingIsLeftAsync(cluster, "resume-proxy");
        Assert.Empty(Directory.GetFiles(workstation.File("cache/sshpod/resume")));
    }

    private async Task<(string Pod, Workstation Workstation, TcpRelay Relay, Task<Outcome> Session)> PausedAsync(
        string pod, string container = "", string? grace = null)
    {
        await cluster.CreatePodAsync(pod, "busybox:1", container);
        var (workstation, relay, session) = await Outage.PausedAsync(cluster, pod, grace);
        return (pod, workstation, relay, session);
    }

    private Task HereAsync(string pod) => Eventually.HoldsAsync("the session is open",
        async () => (await cluster.ExecAsync(pod, "ls", "/tmp/here")).ExitCode == 0);

    private static Stopwatch Back(TcpRelay relay)
    {
        relay.IsDown = false;
        return Stopwatch.StartNew();
    }
}
