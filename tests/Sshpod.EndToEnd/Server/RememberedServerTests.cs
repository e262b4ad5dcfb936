using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Server;

/// <summary>The second connection goes straight to the server of the first, and stale memory never misleads it.</summary>
public sealed class RememberedServerTests(TestCluster cluster)
{
    [Fact]
    public async Task The_second_connection_executes_nothing_in_the_container()
    {
        await cluster.CreatePodAsync("warm", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--warm", "true")).Quietly();
        KubectlWrapper.Install(
            workstation, $"case \" $* \" in *' exec '*) echo exec >>{workstation.File("log")};; esac\nexec $kubectl \"$@\"");
        (await workstation.SshAsync("pod--warm", "true")).Quietly();
        Assert.False(File.Exists(workstation.File("log")));
    }

    [Fact]
    public async Task The_second_connection_writes_nothing_anew()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        var cache = workstation.File("cache/sshpod");
        // A directory's time is that of the last file that came, went or was replaced.
        string[] Written() => [.. Directory.GetDirectories(cache).Where(directory => Path.GetFileName(directory) != "resume")
            .Concat(Directory.GetFiles(cache)).Order().Select(path => $"{path} {File.GetLastWriteTimeUtc(path):O}")];
        var before = Written();
        Assert.Contains(before, line => line.Contains("/servers ", StringComparison.Ordinal));
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        Assert.Equal(before, Written());
    }

    [Fact]
    public async Task What_is_remembered_of_a_name_counts_for_one_kubeconfig_alone()
    {
        await cluster.CreatePodAsync("two-kubeconfigs", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetNamespaceAsync(cluster.Namespace));
        var (one, other) = (workstation.File("kubeconfig"), workstation.File("kubeconfig-2"));
        File.Copy(one, other);
        async Task<bool> ExecutesAsync(string kubeconfig, string host)
        {
            workstation.Environment["KUBECONFIG"] = kubeconfig;
            workstation.Environment["SSHPOD_LOG"] = "debug";
            return (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "true")).Successfully().Error
                .Contains("tunnel: ", StringComparison.Ordinal);
        }

        Assert.True(await ExecutesAsync(one, "pod--two-kubeconfigs.sshpod"));
        Assert.False(await ExecutesAsync(one, "pod--two-kubeconfigs.sshpod"));
        Assert.False(await ExecutesAsync(one, "POD--two-kubeconfigs.sshpod"));
        Assert.True(await ExecutesAsync(other, "POD--two-kubeconfigs.sshpod"));
        Assert.False(await ExecutesAsync(one, "pod--two-kubeconfigs.sshpod"));
        Assert.Equal(2, Directory.GetFiles(workstation.File("cache/sshpod/servers")).Length);
    }

    [Fact]
    public async Task Another_pod_of_the_same_name_is_never_taken_for_the_one_remembered()
    {
        await cluster.CreatePodAsync("successor", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--successor", "touch /tmp/first")).Quietly();
        await cluster.ReplacePodAsync("successor", "debian:12");
        var result = await workstation.SshAsync("pod--successor", ". /etc/os-release; echo $ID; ls /tmp/first 2>/dev/null");
        Assert.True(result.Text == "debian\n" && result.Error.Length == 0, $"{result.Text}{result.Error}");
    }

    [Fact]
    public async Task A_key_that_somebody_took_out_of_the_file_is_still_let_in()
    {
        await cluster.CreatePodAsync("key-gone", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var other = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--key-gone", "true")).Quietly();
        (await other.SshAsync("pod--key-gone", "true")).Quietly();
        // The server goes by its memory, not the file.
        (await cluster.ExecAsync("key-gone", "sh", "-c", "f=$(echo /tmp/sshpod/*/*/authorized_keys); sed -i 1d $f")).Successfully();
        (await workstation.SshAsync("pod--key-gone", "true")).Quietly();
        (await other.SshAsync("pod--key-gone", "true")).Quietly();
    }

    [Fact]
    public async Task A_host_name_that_was_not_used_for_a_month_is_forgotten_with_its_key()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        foreach (var file in Directory.GetFiles(workstation.File("cache/sshpod/servers")))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-31));
        (await workstation.SshAsync("pod--debian", "true")).Quietly();
        var known = await File.ReadAllTextAsync(workstation.File("cache/sshpod/known_hosts"));
        Assert.DoesNotContain("pod--busybox", known, StringComparison.Ordinal);
        Assert.Contains("pod--debian", known, StringComparison.Ordinal);
        var ofOneHost = Assert.Single(Directory.GetFiles(workstation.File("cache/sshpod/host-keys")));
        Assert.Equal($"of-{workstation.Host("pod--debian")}", Path.GetFileName(ofOneHost));
        Assert.Single(Directory.GetFiles(workstation.File("cache/sshpod/servers")));
    }
}
