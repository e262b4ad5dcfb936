using System.Security.Cryptography;
using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resume.Outage;

namespace Sshpod.EndToEnd.Resume;

/// <summary>What is kept for a connection that is cut must not kill a small container.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class MemoryTests(TestCluster cluster)
{
    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task In_16_MiB_a_file_passes_both_ways_with_cuts_and_nothing_is_killed(string tunnel)
    {
        var pod = $"cut-small-{tunnel}";
        await cluster.CreatePodAsync(pod, "busybox:1", "resources: {limits: {memory: 16Mi}, requests: {memory: 16Mi}}");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var sent = RandomNumberGenerator.GetBytes(20_000_000);
        await File.WriteAllBytesAsync(workstation.File("sent"), sent);
        var remote = $"root@{workstation.Host($"pod--{pod}")}:/tmp/file";
        (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();

        // Slowly enough for several cuts.
        var up = workstation.RunAsync("scp", "-q", "-l", "64000", "-F", workstation.SshConfig, workstation.File("sent"), remote);
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, await CutAsync(relay, up, int.MaxValue));
        (await up).Quietly();
        var down = workstation.RunAsync("scp", "-q", "-l", "64000", "-F", workstation.SshConfig, remote, workstation.File("back"));
        await Task.Delay(TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, await CutAsync(relay, down, int.MaxValue));
        (await down).Quietly();

        var back = await File.ReadAllBytesAsync(workstation.File("back"));
        Assert.True(sent.AsSpan().SequenceEqual(back), "the files differ");
        Assert.Equal("0 ", (await cluster.KubectlAsync("get", "pod", pod, "-n", cluster.Namespace, "-o",
            "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].lastState.terminated.reason}"))
                .Successfully().Text);
    }
}
