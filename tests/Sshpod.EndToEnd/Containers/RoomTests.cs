using System.Text.Json.Nodes;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>
/// The kubelet evicts a pod whose files exceed a limit, within about ten seconds of its next check. These tests show that nothing was
/// written, so it has no reason to.
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class RoomTests(TestCluster cluster)
{
    private const string Ours = """
        find / -xdev -name sshpod 2>/dev/null
        find /tmp /run /var/tmp /var/run/collector /work /dev/shm -name sshpod 2>/dev/null
        true
        """;

    private const string Used = "for d in / /tmp /run /var/tmp /var/run/collector /work; do [ ! -d $d ] || du -skx $d; done";

    private const string ReadOnly = "securityContext: {readOnlyRootFilesystem: true}";
    private const string Storage1Mi = "resources: {limits: {ephemeral-storage: 1Mi}}";
    private const string AtTmp = "volumeMounts: [{name: v, mountPath: /tmp}]";
    private const string AtTmpAlone = $"volumeMounts: [{{name: v, mountPath: /tmp}}, {NoSharedMemory.Mount}]";
    private const string AsUser = "securityContext: {runAsUser: 1000}";
    private const string OnDisk = "/var/tmp/sshpod /run/sshpod";

    [Theory]
    [InlineData("tmp", $"{ReadOnly}, {AtTmpAlone}", "emptyDir: {sizeLimit: 1Mi}", "volume \"v\" at /tmp has a sizeLimit of 1.0 MB")]
    [InlineData("sockets", $"{ReadOnly}, volumeMounts: [{{name: v, mountPath: /var/run/collector}}, {NoSharedMemory.Mount}]",
        "emptyDir: {sizeLimit: 1Mi}", "volume \"v\" at /var/run/collector has a sizeLimit of 1.0 MB")]
    [InlineData("container", $"{Storage1Mi}, {NoSharedMemory.Mounts}", "emptyDir: {}", "/tmp has an ephemeral-storage limit of 1.0 MB")]
    [InlineData("volume", $"{ReadOnly}, {Storage1Mi}, {AtTmpAlone}", "emptyDir: {}",
        "volume \"v\" at /tmp has an ephemeral-storage limit of the pod of 1.0 MB")]
    [InlineData("memory", $"{ReadOnly}, {AtTmpAlone}", "emptyDir: {medium: Memory, sizeLimit: 1Mi}",
        "volume \"v\" at /tmp has a sizeLimit of 1.0 MB")]
    public async Task Where_every_place_is_too_small_a_line_says_so_and_nothing_is_written(
        string name, string container, string volume, string words)
    {
        var pod = $"room-{name}";
        await cluster.CreatePodAsync(pod, "debian:12", container, $"volumes: [{{name: v, {volume}}}, {NoSharedMemory.Volume}]");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var before = (await cluster.ExecAsync(pod, "sh", "-c", Used)).Successfully().Text;

        var refused = await workstation.SshAsync($"pod--{pod}", "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Contains($"no place for the server in container \"main\" of pod \"{pod}\" in namespace \"{cluster.Namespace}\": {words}, "
            + "but the server, which may take up to 4.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("the pod's owner can raise the limit, or mount an emptyDir of ", refused.Error, StringComparison.Ordinal);
        Assert.Equal("", (await cluster.ExecAsync(pod, "sh", "-c", Ours)).Successfully().Text);
        Assert.Equal(before, (await cluster.ExecAsync(pod, "sh", "-c", Used)).Successfully().Text);
        (await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host($"pod--{pod}")))
            .FailsAt("directory", "but the server, which may take up to 4.", "raise the limit");
    }

    [Theory]
    [InlineData("root", AtTmp, "{name: v, emptyDir: {sizeLimit: 1Mi}}", OnDisk)]
    [InlineData("second", $"{ReadOnly}, volumeMounts: [{{name: v, mountPath: /tmp}}, {{name: w, mountPath: /work}}]",
        "{name: v, emptyDir: {sizeLimit: 1Mi}}, {name: w, emptyDir: {sizeLimit: 10Mi}}", "/work/sshpod")]
    [InlineData("large", $"resources: {{limits: {{ephemeral-storage: 10Mi}}}}", "{name: v, emptyDir: {}}", "/tmp/sshpod")]
    [InlineData("memory", AtTmp, "{name: v, emptyDir: {medium: Memory}}", OnDisk)]
    [InlineData("only-memory", $"{ReadOnly}, {AtTmp}", "{name: v, emptyDir: {medium: Memory}}", "/tmp/sshpod")]
    // As /dev/shm is of itself with current container runtimes.
    [InlineData("shm", $"{ReadOnly}, volumeMounts: [{{name: v, mountPath: /dev/shm}}]", "{name: v, emptyDir: {medium: Memory}}",
        "/dev/shm/sshpod")]
    public async Task A_place_that_is_too_small_or_in_memory_is_passed_over_where_another_will_do(
        string name, string container, string volumes, string places)
    {
        await cluster.CreatePodAsync($"roomy-{name}", "debian:12", container, $"volumes: [{volumes}], {AsUser}");
        await using var workstation = await Workstation.SetUpAsync(cluster);

        var found = (await workstation.SshAsync($"pod--roomy-{name}", Ours)).Quietly().Text.Trim().Split('\n').Distinct();

        Assert.Contains(Assert.Single(found), places.Split(' '));
    }

    [Fact]
    public async Task The_next_connection_removes_what_dead_containers_left_in_a_volume()
    {
        await cluster.CreatePodAsync("outlived", "busybox:1", $"{ReadOnly}, {AtTmp}, command: [sh, -c, 'sleep 100000; exit']",
            $"volumes: [{{name: v, emptyDir: {{}}}}], {AsUser}");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        for (var restarts = 0; restarts < 2; restarts++)
        {
            Assert.Equal("1\n", (await workstation.SshAsync("pod--outlived", "ls -d /tmp/sshpod/*/*/ | wc -l")).Quietly().Text);
            Assert.Equal("1\n", (await workstation.SshAsync("pod--outlived", "ls /tmp/sshpod/*/*/host_key | wc -l")).Quietly().Text);
            await RestartAsync("outlived", restarts);
        }
        // No connection has removed the leftovers of the last container, but they must not make clean keep anything.
        (await workstation.SshpodAsync("clean", workstation.Host("pod--outlived"))).Successfully();
        Assert.Equal("", (await cluster.ExecAsync("outlived", "ls", "-A", "/tmp")).Successfully().Text);
    }

    [Fact]
    public async Task Clean_removes_a_release_whose_locks_nobody_holds_and_keeps_one_that_is_held()
    {
        const string Left = """
            cd /tmp/sshpod/*/ && umask 077 && mkdir left && cd left && echo 4711 >lock.server && touch host_key lock.keys logins
            flock lock.server sleep 100000 >/dev/null 2>&1 </dev/null &
            until ! flock -n lock.server true; do :; done
            """;
        // The image's own sleep is the first process, which this signal does not kill.
        const string Release = """
            for p in /proc/[0-9]*; do
              read -r name <$p/comm; case $name in flock | sleep) kill ${p#/proc/};; esac
            done
            """;
        await cluster.CreatePodAsync("locked", "debian:12");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--locked", Left)).Quietly();

        (await workstation.SshpodAsync("clean", workstation.Host("pod--locked"))).Successfully();
        (await cluster.ExecAsync("locked", "sh", "-c", "ls /tmp/sshpod/*/left/host_key /tmp/sshpod/*/sshd")).Successfully();

        (await cluster.ExecAsync("locked", "sh", "-c", Release)).ToString();
        (await workstation.SshpodAsync("clean", workstation.Host("pod--locked"))).Successfully();
        Assert.NotEqual(0, (await cluster.ExecAsync("locked", "ls", "/tmp/sshpod")).ExitCode);
    }

    /// <summary>Ends the container's first process, and waits for its successor.</summary>
    private async Task RestartAsync(string pod, int restarts)
    {
        (await cluster.ExecAsync(pod, "killall", "-9", "sleep")).ToString();
        await Eventually.HoldsAsync("the container runs again", async () =>
        {
            var json = (await cluster.KubectlAsync("get", "pod", pod, "-n", cluster.Namespace, "-o", "json")).Text;
            var status = JsonNode.Parse(json)?["status"]?["containerStatuses"]?[0];
            return (int?)status?["restartCount"] > restarts && (bool?)status["ready"] == true;
        }, TimeSpan.FromSeconds(120));
    }
}
