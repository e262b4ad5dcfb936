using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Commands;

public sealed class CleanTests(TestCluster cluster)
{
    private const string Traces = "ls -d /tmp/sshpod /var/tmp/sshpod 2>/dev/null; ps | grep [s]shd";

    [Fact]
    public async Task Clean_ends_the_server_and_its_sessions_and_removes_every_trace()
    {
        await cluster.CreatePodAsync("cleaned", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--cleaned", "nohup sleep 1000 >/dev/null 2>&1 &")).Quietly();
        var session = workstation.SshAsync("pod--cleaned", "touch /tmp/here; sleep 1000");
        await Eventually.HoldsAsync("the session is open",
            async () => (await cluster.ExecAsync("cleaned", "ls", "/tmp/here")).ExitCode == 0);

        var said = (await workstation.SshpodAsync("clean", workstation.Host("pod--cleaned"))).Successfully().Error;

        Assert.Equal($"sshpod: cleaned container \"main\" of pod \"cleaned\" in namespace \"{cluster.Namespace}\"\n", said);
        Assert.Equal(255, (await session).ExitCode);
        await Eventually.HoldsAsync("no trace is left", async () => (await cluster.ExecAsync("cleaned", "sh", "-c", Traces)).Text == "");
        Assert.Contains("sleep 1000", (await cluster.ExecAsync("cleaned", "ps")).Text, StringComparison.Ordinal);
        Assert.StartsWith("sshpod: nothing to clean",
            (await workstation.SshpodAsync("clean", workstation.Host("pod--cleaned"))).Successfully().Error, StringComparison.Ordinal);
        (await workstation.SshAsync("pod--cleaned", "true")).Quietly();
    }

    [Fact]
    public async Task Clean_all_reaches_every_container_that_is_still_there_and_forgets_the_others()
    {
        foreach (var pod in new[] { "clean-a", "clean-b", "clean-gone" })
            await cluster.CreatePodAsync(pod, "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        foreach (var pod in new[] { "clean-a", "clean-b", "clean-gone" })
            (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();
        (await cluster.KubectlAsync("delete", "pod", "clean-gone", "-n", cluster.Namespace)).Successfully();

        var said = (await workstation.SshpodAsync("clean", "--all")).Successfully().Error;

        Assert.Equal(2, said.Split('\n').Count(line => line.StartsWith("sshpod: cleaned", StringComparison.Ordinal)));
        foreach (var pod in new[] { "clean-a", "clean-b" })
            Assert.Equal("", (await cluster.ExecAsync(pod, "sh", "-c", Traces)).Text);
        Assert.Equal("", (await workstation.SshpodAsync("clean", "--all")).Successfully().Error);
    }

    [Fact]
    public async Task Clean_all_trusts_in_each_context_whom_that_context_trusts()
    {
        foreach (var pod in new[] { "trust-a", "trust-b" })
            await cluster.CreatePodAsync(pod, "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var authority = "";
        await workstation.UseKubeconfigAsync(async config =>
        {
            authority = (await config.ServerAsync()).Authority;
            await config.AddContextWithSystemTrustAsync("public", cluster.Namespace);
        });
        await File.WriteAllTextAsync(workstation.File("authority"), authority);
        workstation.Environment["SSL_CERT_FILE"] = workstation.File("authority");
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        // The file system decides which comes first; DialerTests covers both orders.
        foreach (var host in new[] { "pod--trust-a.sshpod", "pod--trust-a.context--public.sshpod",
            "pod--trust-b.context--public.sshpod", "pod--trust-b.sshpod" })
            (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "true")).Quietly();

        var said = (await workstation.SshpodAsync("clean", "--all")).Successfully().Error;

        Assert.DoesNotContain("prove", said, StringComparison.Ordinal);
        Assert.Equal(2, said.Split('\n').Count(line => line.StartsWith("sshpod: cleaned", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData]
    [InlineData("--all", "pod--x.sshpod")]
    public async Task Clean_wants_one_host_or_all(params string[] arguments)
    {
        await using var workstation = Workstation.Bare(cluster);
        var result = await workstation.SshpodAsync(["clean", .. arguments]);
        Assert.Equal((2, "sshpod: clean needs a host name or --all; see sshpod help clean\n"), (result.ExitCode, result.Error));
    }
}
