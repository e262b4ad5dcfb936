using System.Diagnostics;
using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>Nothing is closed, and yet nothing arrives: a path that has gone silent, and machines and programs that sleep.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SilenceTests(TestCluster cluster)
{
    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_path_that_is_silent_for_a_while_is_left_for_another(string tunnel)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var session = workstation.SshAsync("pod--busybox", "echo in; for i in 1 2 3 4 5 6 7 8 9 10; do sleep 2; echo $i; done");
        await ProxyProcess.FindAsync(workstation.Host("pod--busybox"));
        await Task.Delay(TimeSpan.FromSeconds(3));
        relay.IsSilent = true;
        await Task.Delay(TimeSpan.FromSeconds(20));
        relay.IsSilent = false;
        // The old stream lives again, and must not count.
        Assert.Equal("in\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n", (await session).Quietly().Text);
    }

    [Fact]
    public async Task A_proxy_that_was_stopped_as_in_a_sleep_goes_on()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var ssh = workstation.StartSsh($"root@{workstation.Host("pod--busybox")}", "sleep 25; exit 7");
        var proxy = await ProxyProcess.FindAsync(workstation.Host("pod--busybox"));
        await Task.Delay(TimeSpan.FromSeconds(3));
        (await workstation.RunAsync("kill", "-STOP", proxy.Id)).Successfully();
        relay.Cut();
        await Task.Delay(TimeSpan.FromSeconds(15));
        (await workstation.RunAsync("kill", "-CONT", proxy.Id)).Successfully();
        Assert.Equal(7, (await ssh.Completion).ExitCode);
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
