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
    [Trait(Suites.Name, Suites.Streams)]
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
        workstation.Environment["SSHPOD_TRANSPORT"] = "kubectl";
        var log = workstation.File("kubectl.log");
        var wrapper = Path.Combine(Directory.CreateDirectory(workstation.File("wrapper")).FullName, "kubectl");
        await System.IO.File.WriteAllTextAsync(wrapper,
            $"#!/bin/sh\necho \"$1 $2\" >>{log}\nexec {Workstation.Locate("kubectl")} \"$@\"\n");
        System.IO.File.SetUnixFileMode(wrapper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        workstation.Environment["PATH"] = $"{workstation.File("wrapper")}:{System.Environment.GetEnvironmentVariable("PATH")}";

        (await workstation.SshAsync(target, "true")).Quietly();

        var started = await System.IO.File.ReadAllLinesAsync(log);
        Assert.True(started.Length <= most, string.Join('\n', started));
    }

    [Theory]
    [InlineData("pod--no-kubectl", 3)]
    [InlineData("deployment--web", 5)]
    public async Task Without_any_kubectl_a_cold_connection_sends_no_more_requests_than_it_must(string target, int most)
    {
        if (target == "pod--no-kubectl")
            await cluster.CreatePodAsync("no-kubectl", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        workstation.Environment["SSHPOD_LOG"] = "debug";
        workstation.Environment["PATH"] = workstation.MakePath("ssh", "sh", "ssh-keygen");

        var result = (await workstation.SshAsync(target, "true")).Successfully();

        var requests = result.Error.Split('\n').Where(line => line.Contains("api: GET", StringComparison.Ordinal)).ToArray();
        Assert.True(requests.Length > 0 && requests.Length <= most, result.Error);
    }

    [Fact]
    public async Task Where_the_root_is_read_only_a_writable_volume_does()
    {
        await cluster.CreatePodAsync("place-volume", "busybox:1",
            "securityContext: {readOnlyRootFilesystem: true}, volumeMounts: [{name: v, mountPath: /work}]",
            "securityContext: {runAsUser: 1000, fsGroup: 1000}, volumes: [{name: v, emptyDir: {}}]");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal("/work/sshpod\n", (await workstation.SshAsync("pod--place-volume", "ls -d /work/sshpod")).Quietly().Text);
    }

    [Fact]
    public async Task Where_tmp_may_not_be_executed_another_place_is_found_and_tmp_is_left_alone()
    {
        // Kubernetes has no field for noexec, so a privileged container mounts it.
        await cluster.CreatePodAsync("place-noexec", "busybox:1",
            """securityContext: {privileged: true}, lifecycle: {postStart: {exec:"""
                + """ {command: [sh, -c, "mount -t tmpfs -o noexec none /tmp && mkdir -p /var/tmp"]}}}""");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal(
            "/var/tmp/sshpod\n", (await workstation.SshAsync("pod--place-noexec", "ls -d /var/tmp/sshpod; ls /tmp")).Quietly().Text);
    }

    [Fact]
    public async Task A_tmp_that_another_user_has_prepared_is_avoided_and_without_another_place_refused()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: hostile},
            """ + """
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: tmp, emptyDir: {}}, {name: work, emptyDir: {}}], containers: [
              {name: attacker, image: "IMAGES/busybox:1", securityContext: {runAsUser: 2000}, volumeMounts: [{name: tmp, mountPath: /tmp}]},
              {name: with-volume, image: "IMAGES/busybox:1", securityContext: {runAsUser: 1000},
            """ + """
             volumeMounts: [{name: tmp, mountPath: /tmp}, {name: work, mountPath: /work}]},
              {name: without, image: "IMAGES/busybox:1", securityContext: {runAsUser: 1000},
            """ + """
             volumeMounts: [{name: tmp, mountPath: /tmp}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/hostile");
        // The attacker's own server, exactly where ours would be.
        (await cluster.KubectlAsync("exec", "hostile", "-n", cluster.Namespace, "-c", "attacker", "--", "sh", "-c",
            "mkdir -m 777 /tmp/sshpod && printf '#!/bin/sh\ntouch /tmp/fallen\n' >/tmp/sshpod/sshd; chmod 755 /tmp/sshpod/sshd"))
                .Successfully();
        await using var workstation = await Workstation.SetUpAsync(cluster);

        Assert.Equal(
            "/work/sshpod\n", (await workstation.SshAsync("container--with-volume.pod--hostile", "ls -d /work/sshpod")).Quietly().Text);
        var refused = await workstation.SshAsync("container--without.pod--hostile", "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("volume \"tmp\" at /tmp can be written by another container as the same user", refused.Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_version_keeps_serving_its_own_clients()
    {
        await cluster.CreatePodAsync("versions", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--versions", "true")).Quietly();
        // What a client of another version leaves behind: the same server below another release, with its own host key.
        var other = (await cluster.ExecAsync("versions", "sh", "-ec", $"""
            mkdir -m 711 /tmp/sshpod/0123456789abcdef && cp {Bundle} /tmp/sshpod/0123456789abcdef/sshd
            cd /tmp/sshpod/0123456789abcdef
            echo "$(./sshd serve c 600 86400 -
            """ + $"""
             '{(await System.IO.File.ReadAllTextAsync(workstation.File("cache/sshpod/id_ed25519.pub"))).Trim()}' &)"
            """)).Successfully().Text;

        var ours = (await workstation.SshAsync("pod--versions", "echo $SSH_CONNECTION")).Quietly().Text;
        Assert.DoesNotContain(other.Split('\n')[0].Split(' ')[1], ours, StringComparison.Ordinal);
        Assert.Equal(other, (await cluster.ExecAsync("versions", "sh", "-c",
            $"cd /tmp/sshpod/0123456789abcdef && ./sshd up c 600 86400 - "
            + $"'{(await System.IO.File.ReadAllTextAsync(workstation.File("cache/sshpod/id_ed25519.pub"))).Trim()}'")).Successfully().Text);
    }

    [Fact]
    public async Task Two_containers_that_share_tmp_are_told_apart()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: shared-tmp},
            """ + """
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: tmp, emptyDir: {}}], containers: [
              {name: a, image: "IMAGES/busybox:1", env: [{name: ME, value: a}], volumeMounts: [{name: tmp, mountPath: /tmp}]},
              {name: b, image: "IMAGES/busybox:1", env: [{name: ME, value: b}], volumeMounts: [{name: tmp, mountPath: /tmp}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/shared-tmp");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        foreach (var name in new[] { "a", "b", "a" })
            Assert.Equal($"{name}\n", (await workstation.SshAsync($"container--{name}.pod--shared-tmp", "echo $ME")).Quietly().Text);
    }
}
