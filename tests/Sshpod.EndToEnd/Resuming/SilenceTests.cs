using System.Diagnostics;
using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>Nothing is closed, and yet nothing arrives: a path that has gone silent, and machines and programs that sleep.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SilenceTests(TestCluster cluster)
{
    // `make soak` sets five minutes.
    private static readonly TimeSpan Sleep = TimeSpan.FromSeconds(
        Environment.GetEnvironmentVariable("SSHPOD_SOAK_SLEEP") is { Length: > 0 } seconds
            ? int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture) : 15);

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_path_that_is_silent_for_a_while_is_left_for_another(string tunnel)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var session = await StartedAsync(cluster, workstation, "busybox",
            "echo in; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 2; echo $i; done");
        relay.IsSilent = true;
        await Task.Delay(TimeSpan.FromSeconds(20));
        relay.IsSilent = false;
        // The old stream lives again, and must not count.
        Assert.Equal("in\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", (await session).Quietly().Text);
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_proxy_that_was_stopped_as_in_a_sleep_goes_on(string tunnel)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        await cluster.CreatePodAsync($"silence-sleep-{tunnel}", "busybox:1");
        await using var session = await Conversation.BeginAsync(workstation, $"pod--silence-sleep-{tunnel}");
        var proxy = await ProxyProcess.FindAsync(workstation.Host($"pod--silence-sleep-{tunnel}"));
        (await workstation.RunAsync("kill", "-STOP", proxy.Id)).Successfully();
        relay.Cut();
        await Task.Delay(Sleep);
        (await workstation.RunAsync("kill", "-CONT", proxy.Id)).Successfully();
        FaultReport.GoesOn($"asleep for {Sleep.TotalSeconds:0} s and cut meanwhile, {tunnel}", await session.AnswersAsync());
        await session.EndAsync();
    }

    [Fact]
    public async Task After_a_sleep_a_path_that_is_silent_is_left_within_seconds()
    {
        await cluster.CreatePodAsync("silence-woken", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--silence-woken");
        var proxy = await ProxyProcess.FindAsync(workstation.Host("pod--silence-woken"));
        (await workstation.RunAsync("kill", "-STOP", proxy.Id)).Successfully();
        relay.Freeze();
        await Task.Delay(Sleep);
        (await workstation.RunAsync("kill", "-CONT", proxy.Id)).Successfully();
        FaultReport.GoesOn("asleep, and the path is silent afterwards", await session.AnswersAsync(), TimeSpan.FromSeconds(10));
        await session.EndAsync();
    }

    [Fact]
    public async Task A_slow_path_is_no_dead_path()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, "pod--busybox");
        relay.Delay = TimeSpan.FromSeconds(1.5);
        var before = relay.Count;
        for (var i = 0; i < 4; i++)
            await session.AnswersAsync();
        Assert.Equal(before, relay.Count);
        relay.Delay = TimeSpan.Zero;
        await session.EndAsync();
    }

    [Fact]
    public async Task An_ssh_that_takes_nothing_for_a_while_is_no_dead_path()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        var before = Stopwatch.StartNew();
        var session = workstation.RunAsync("sh", "-c",
            $"{workstation.SshCommand} root@{workstation.Host("pod--busybox")} 'head -c 20000000 /dev/zero' | (sleep 20; wc -c)");
        Assert.Equal("20000000", (await session).Quietly().Text.Trim());
        Assert.True(before.Elapsed > TimeSpan.FromSeconds(20));
        // One connection for the session, and those for the pod: none was made anew.
        Assert.InRange(relay.Count, 1, 4);
    }
}
