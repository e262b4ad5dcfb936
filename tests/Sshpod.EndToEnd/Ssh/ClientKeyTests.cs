using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Ssh;

public sealed class ClientKeyTests(TestCluster cluster)
{
    [Fact]
    public async Task A_private_key_that_others_can_read_is_refused()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var key = workstation.File("cache/sshpod/id_ed25519");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains($"sshpod: the private key {key} is open to others (mode 640); chmod 600 {key}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_others_may_write_to_is_refused_and_doctor_says_so()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var cache = workstation.File("cache/sshpod");
        File.SetUnixFileMode(cache, (UnixFileMode)0b111_111_111);
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains($"sshpod: others may write to the directory {cache} (mode 777), and sshpod's key would be there; chmod go-w {cache}", result.Error, StringComparison.Ordinal);
        var doctor = await workstation.SshpodAsync("doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains($"others may write to the directory {cache} (mode 777)", doctor.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_users_reach_one_container_and_agree_on_its_host_key()
    {
        await cluster.CreatePodAsync("shared", "busybox:1");
        await using var one = await Workstation.SetUpAsync(cluster);
        await using var other = await Workstation.SetUpAsync(cluster);
        (await one.SshAsync("pod--shared", "true")).Quietly();
        (await other.SshAsync("pod--shared", "true")).Quietly();
        (await one.SshAsync("pod--shared", "true")).Quietly();
        Assert.Equal(await KnownHostsAsync(one), await KnownHostsAsync(other));
    }

    [Fact]
    public async Task A_replaced_pod_of_the_same_name_connects_without_a_warning()
    {
        await cluster.CreatePodAsync("replaced", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--replaced", "true")).Quietly();
        var before = await KnownHostsAsync(workstation);
        (await cluster.KubectlAsync("delete", "pod", "replaced", "-n", cluster.Namespace)).Successfully();
        await cluster.CreatePodAsync("replaced", "busybox:1");
        (await workstation.SshAsync("pod--replaced", "true")).Quietly();
        Assert.NotEqual(before, await KnownHostsAsync(workstation));
    }

    private static Task<string> KnownHostsAsync(Workstation workstation) => File.ReadAllTextAsync(workstation.File("cache/sshpod/known_hosts"));
}
