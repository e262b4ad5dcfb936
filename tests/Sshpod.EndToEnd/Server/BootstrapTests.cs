using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Server;

public sealed class BootstrapTests(TestCluster cluster)
{
    private const string Bundle = "/tmp/sshpod/*/sshd";

    [Theory]
    [InlineData("gzip", "busybox:1", "form gzip")]
    [InlineData("plain", "minimal:1", "form plain")]
    [InlineData("dash", "dash:1", "form plain")]
    [InlineData("bash", "bash:1", "form plain")]
    public async Task The_server_gets_into_the_container_with_whatever_tools_it_has(string name, string image, string form)
    {
        await cluster.CreatePodAsync($"tools-{name}", image);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_LOG"] = "debug";
        var result = (await workstation.SshAsync($"pod--tools-{name}", "echo $((1+1))")).Successfully();
        Assert.Equal("2\n", result.Text);
        Assert.Contains(form, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_second_connection_uploads_nothing_and_finds_the_same_server()
    {
        await cluster.CreatePodAsync("twice", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_LOG"] = "debug";
        var first = (await workstation.SshAsync("pod--twice", $"echo $SSH_CONNECTION; ls -li {Bundle}")).Successfully();
        var second = (await workstation.SshAsync("pod--twice", $"echo $SSH_CONNECTION; ls -li {Bundle}")).Successfully();

        Assert.Contains("upload", first.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("upload", second.Error, StringComparison.Ordinal);
        Assert.Equal(first.Text.Split(' ')[3..], second.Text.Split(' ')[3..]);
    }

    [Fact]
    public async Task A_server_that_was_killed_is_started_again()
    {
        await cluster.CreatePodAsync("killed", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--killed", "true")).Quietly();
        (await cluster.ExecAsync("killed", "sh", "-c", "killall -9 sshd")).ToString();
        (await workstation.SshAsync("pod--killed", "true")).Quietly();
    }

    [Theory]
    [InlineData("pod--counted", 3)]
    [InlineData("deployment--web", 4)]
    [InlineData("job--batch", 4)]
    public async Task A_cold_connection_starts_no_more_kubectl_than_it_must(string target, int most)
    {
        if (target == "pod--counted")
            await cluster.CreatePodAsync("counted", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var log = workstation.File("kubectl.log");
        var wrapper = Path.Combine(Directory.CreateDirectory(workstation.File("wrapper")).FullName, "kubectl");
        await System.IO.File.WriteAllTextAsync(wrapper, $"#!/bin/sh\necho \"$1 $2\" >>{log}\nexec {Workstation.Locate("kubectl")} \"$@\"\n");
        System.IO.File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        workstation.Environment["PATH"] = $"{workstation.File("wrapper")}:{System.Environment.GetEnvironmentVariable("PATH")}";

        (await workstation.SshAsync(target, "true")).Quietly();

        var started = await System.IO.File.ReadAllLinesAsync(log);
        Assert.True(started.Length <= most, string.Join('\n', started));
    }

    [Fact]
    public async Task A_directory_that_another_user_made_in_advance_is_not_trusted()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: hostile-tmp}, spec: {terminationGracePeriodSeconds: 0, volumes: [{name: tmp, emptyDir: {}}], containers: [
              {name: victim, image: "IMAGES/busybox:1", securityContext: {runAsUser: 1000}, volumeMounts: [{name: tmp, mountPath: /tmp}]},
              {name: attacker, image: "IMAGES/busybox:1", securityContext: {runAsUser: 2000}, volumeMounts: [{name: tmp, mountPath: /tmp}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/hostile-tmp");
        (await cluster.KubectlAsync("exec", "hostile-tmp", "-n", cluster.Namespace, "-c", "attacker", "--", "sh", "-c", "mkdir -m 777 /tmp/sshpod")).Successfully();

        await using var workstation = await Workstation.SetUpAsync(cluster);
        var result = await workstation.SshAsync("container--victim.pod--hostile-tmp", "true");

        Assert.Equal(255, result.ExitCode);
        Assert.Contains("/tmp/sshpod belongs to another user", result.Error, StringComparison.Ordinal);
    }
}
