using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Ssh;

[Trait(Suites.Name, Suites.Once)]
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
        Assert.Contains($"sshpod: the private key {key} is open to others (mode 640); chmod 600 {key}", result.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cache_that_others_may_write_to_is_refused_and_doctor_says_so()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var cache = workstation.File("cache/sshpod");
        File.SetUnixFileMode(cache, (UnixFileMode)0b111_111_111);
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains(
            $"sshpod: others may write to the directory {cache} (mode 777), and sshpod's key would be there; chmod go-w {cache}",
            result.Error, StringComparison.Ordinal);
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
        await cluster.ReplacePodAsync("replaced", "busybox:1");
        (await workstation.SshAsync("pod--replaced", "true")).Quietly();
        Assert.NotEqual(before, await KnownHostsAsync(workstation));
    }

    [Fact]
    public async Task A_key_stays_where_sshs_configuration_names_no_second_one()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var configuration = workstation.File("config/sshpod/ssh_config");
        await File.WriteAllLinesAsync(configuration, (await File.ReadAllLinesAsync(configuration, TestContext.Current.CancellationToken))
            .Where(line => !line.Contains("id_ed25519.next", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        var key = workstation.File("cache/sshpod/id_ed25519");
        File.SetLastWriteTimeUtc(key, DateTime.UtcNow.AddDays(-91));
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        Assert.Equal(await File.ReadAllTextAsync($"{key}.pub", TestContext.Current.CancellationToken),
            await File.ReadAllTextAsync($"{key}.next.pub", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_key_of_the_users_own_logs_in_from_their_agent()
    {
        await cluster.CreatePodAsync("own-key", "busybox:1");
        await using var workstation = Workstation.Bare(cluster);
        await using var agent = await SshAgent.StartAsync(workstation);
        var key = await agent.AddNewKeyAsync();
        Directory.CreateDirectory(workstation.File("config/sshpod"));
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), "identity: ~/agent-key.pub");
        (await workstation.SshpodAsync("configure", "--no-sharing", "--ssh-config", workstation.SshConfig)).Successfully();

        (await workstation.SshAsync("pod--own-key", "true")).Quietly();
        (await workstation.SshAsync("pod--own-key", "true")).Quietly();

        Assert.Contains(
            key.Split(' ')[1], (await cluster.ExecAsync("own-key", "sh", "-c", "cat /tmp/sshpod/*/*/authorized_keys")).Successfully().Text,
            StringComparison.Ordinal);
        Assert.False(File.Exists(workstation.File("cache/sshpod/id_ed25519")));
    }

    [Fact]
    public async Task A_private_key_of_the_users_own_logs_in_by_the_public_one_beside_it()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var key = workstation.File("mine");
        (await workstation.RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)).Successfully();
        Directory.CreateDirectory(workstation.File("config/sshpod"));
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), $"identity: {key}");
        Assert.Contains($"IdentityFile is not {key}", (await workstation.SshpodAsync("doctor", "-F", workstation.SshConfig)).Text,
            StringComparison.Ordinal);
        (await workstation.SshpodAsync("configure", "--no-sharing", "--ssh-config", workstation.SshConfig)).Successfully();

        (await workstation.SshAsync("pod--busybox", "true")).Quietly();

        File.Delete($"{key}.pub");
        Assert.Contains($"sshpod: the identity {key} has no public key beside it, {key}.pub; ssh-keygen -y -f {key} > {key}.pub",
            (await workstation.SshAsync("pod--busybox", "true")).Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync($"{key}.pub", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ me\n");
        Assert.Contains($"sshpod: the identity {key} is a key of type \"ssh-rsa\"; sshpod accepts ssh-ed25519 and sk-ssh-ed25519",
            (await workstation.SshAsync("pod--busybox", "true")).Error, StringComparison.Ordinal);
    }

    private static Task<string> KnownHostsAsync(Workstation workstation) =>
        File.ReadAllTextAsync(workstation.File("cache/sshpod/known_hosts"));
}
