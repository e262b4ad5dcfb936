using System.Globalization;
using System.Security.Cryptography;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Resuming;

namespace Sshpod.EndToEnd.Containers;

/// <summary>
/// Containers with little memory: a transfer must not kill an application. <c>sshd/test.sh</c> measures what the server uses, in KiB.
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class MemoryTests(TestCluster cluster)
{
    private const int Size = 256 * 1024 * 1024;

    // About 16 MB of a container's memory, held for good.
    private const string Application = "command: [python3, -c, 'b=bytearray(10*1024*1024); import time; time.sleep(100000)']";

    [Theory]
    [InlineData("16Mi", "busybox:1", "")]
    [InlineData("24Mi", "debian:12", Application)]
    [InlineData("32Mi", "debian:12", Application)]
    public async Task A_file_passes_both_ways_and_nothing_is_killed(string limit, string image, string command)
    {
        var pod = $"memory-{limit.ToLowerInvariant()}";
        await CreatePodAsync(pod, limit, image, command);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var sent = RandomNumberGenerator.GetBytes(Size);
        await File.WriteAllBytesAsync(workstation.File("sent"), sent);
        var remote = $"root@{workstation.Host($"pod--{pod}")}:/tmp/file";

        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, workstation.File("sent"), remote)).Quietly();
        await NothingWasKilledAsync(pod);
        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, remote, workstation.File("back"))).Quietly();
        await NothingWasKilledAsync(pod);
        var back = await File.ReadAllBytesAsync(workstation.File("back"));
        Assert.True(sent.AsSpan().SequenceEqual(back), "what came back is what was sent");
    }

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task In_16_MiB_a_file_passes_both_ways_through_cut_after_cut(string tunnel)
    {
        var pod = $"memory-cut-{tunnel}";
        await CreatePodAsync(pod, "16Mi", "busybox:1", "");
        var (workstation, relay) = await Outage.PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var sent = RandomNumberGenerator.GetBytes(Size / 4);
        await File.WriteAllBytesAsync(workstation.File("sent"), sent);
        var remote = $"root@{workstation.Host($"pod--{pod}")}:/tmp/file";

        var up = workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, workstation.File("sent"), remote);
        var cuts = await Outage.CutAsync(Outage.NotesOf(workstation), relay, up, 20);
        (await up).Quietly();
        await NothingWasKilledAsync(pod);
        var down = workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, remote, workstation.File("back"));
        cuts += await Outage.CutAsync(Outage.NotesOf(workstation), relay, down, 20);
        (await down).Quietly();
        await NothingWasKilledAsync(pod);
        var back = await File.ReadAllBytesAsync(workstation.File("back"));
        Assert.True(sent.AsSpan().SequenceEqual(back), "what came back is what was sent");
        Assert.NotEqual(0, cuts);
    }

    [Theory]
    [InlineData("24Mi", "debian:12", Application)]
    public async Task A_command_that_takes_a_file_is_not_killed_either(string limit, string image, string command)
    {
        await CreatePodAsync("memory-cat", limit, image, command);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var sent = RandomNumberGenerator.GetBytes(Size / 4);

        var outcome = await workstation.SshAsync(PipeSource.FromBytes(sent), "pod--memory-cat", "cat > /tmp/file; sha256sum < /tmp/file");
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(sent)), outcome.Quietly().Text.Split(' ')[0]);
        await NothingWasKilledAsync("memory-cat");
    }

    [Fact]
    public async Task Eight_sessions_at_once_fit_into_64_MiB()
    {
        await CreatePodAsync("memory-eight", "64Mi", "busybox:1", "");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var sent = RandomNumberGenerator.GetBytes(Size / 16);
        var hash = Convert.ToHexStringLower(SHA256.HashData(sent));

        (await workstation.SshAsync("pod--memory-eight", "true")).Quietly();
        var all = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            workstation.SshAsync(PipeSource.FromBytes(sent), "pod--memory-eight", $"cat > /tmp/file{i}; sha256sum < /tmp/file{i}")));
        Assert.All(all, outcome => Assert.Equal(hash, outcome.Quietly().Text.Split(' ')[0]));
        await NothingWasKilledAsync("memory-eight");
    }

    private Task CreatePodAsync(string pod, string limit, string image, string command) =>
        cluster.CreatePodAsync(pod, image, string.Create(CultureInfo.InvariantCulture,
            $"resources: {{limits: {{memory: {limit}}}, requests: {{memory: {limit}}}}}{(command.Length > 0 ? $", {command}" : "")}"));

    // The application was never restarted. A killed session would show as a failed copy.
    private async Task NothingWasKilledAsync(string pod) =>
        Assert.Equal("0 ", (await cluster.KubectlAsync("get", "pod", pod, "-n", cluster.Namespace, "-o",
            "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].lastState.terminated.reason}"))
                .Successfully().Text);
}
