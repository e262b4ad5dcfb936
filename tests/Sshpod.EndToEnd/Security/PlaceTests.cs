using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Security;

/// <summary>Nobody else in a pod can get into the server's directory, or have their own program run from there.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class PlaceTests(TestCluster cluster)
{
    private const string Server = "ls -d /sshpod /*/sshpod /*/*/sshpod 2>/dev/null; true";

    // Swaps two directories atomically (RENAME_EXCHANGE), as fast as it can.
    private const string Exchanger = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        int main(int argc, char **argv) { for (;;) renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE); }
        """;

    [Fact]
    public async Task A_user_of_a_root_container_cannot_put_its_own_directory_in_the_servers_place()
    {
        await cluster.CreatePodAsync("place-open", "busybox:1", "volumeMounts: [{name: tmp, mountPath: /tmp}]",
            "volumes: [{name: tmp, emptyDir: {}}]");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var place = (await workstation.SshAsync("pod--place-open", Server)).Quietly().Text.Trim();

        var attack = await cluster.ExecAsync("place-open", "su", "app", "-s", "/bin/sh",
            "-c", $"mv {place} {place}.away || mv {place}/* {place}.away");

        Assert.NotEqual(0, attack.ExitCode);
        Assert.NotEqual("/tmp/sshpod", place);
    }

    [Fact]
    public async Task An_emptyDir_of_a_container_that_is_not_root_is_used_though_it_is_open()
    {
        await cluster.CreatePodAsync("place-own", "busybox:1",
            "securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true}, volumeMounts: [{name: tmp, mountPath: /tmp}]",
            "volumes: [{name: tmp, emptyDir: {}}]");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal("/tmp/sshpod\n", (await workstation.SshAsync("pod--place-own", Server)).Quietly().Text);
        Assert.Equal("/tmp/sshpod\n", (await workstation.SshAsync("pod--place-own", Server)).Quietly().Text);
    }

    [Theory]
    [InlineData("busybox:1", 1000, 1000)]
    [InlineData("dash:1", 1000, 1000)]
    [InlineData("minimal:1", 1000, 1000)]
    [InlineData("dash:1", 0, 0)]
    [InlineData("minimal:1", 1000, 2000)]
    public async Task Nothing_is_run_of_what_another_container_has_put_into_a_shared_volume(string image, int user, int other)
    {
        var pod = $"planted-{image[..4]}-{user}-{other}";
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: {{{pod}}}},
            """ + $$$"""
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: tmp, emptyDir: {}}, {name: work, emptyDir: {}}], containers: [
              {name: main, image: "IMAGES/{{{image}}}", securityContext: {runAsUser: {{{user}}}},
            """ + $$$"""
             volumeMounts: [{name: tmp, mountPath: /tmp}, {name: work, mountPath: /work}]},
              {name: other, image: "IMAGES/busybox:1", securityContext: {runAsUser: {{{other}}}},
            """ + $$$"""
             volumeMounts: [{name: tmp, mountPath: /tmp}]}]}}
            """);
        await cluster.WaitReadyAsync($"pod/{pod}");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var release = await ReleaseAsync(workstation);
        var place = user == other ? "/tmp/sshpod" : $"/tmp/sshpod-{user}";
        (await InAsync(pod, "other",
            $"umask 022; mkdir -p {place}/{release} && printf '#!/bin/sh\n: >/tmp/fallen\n' >{place}/{release}/sshd; chmod 711 "
            + $"{place} {place}/{release}; chmod 755 {place}/{release}/sshd")).Successfully();

        var result = await workstation.SshAsync($"container--main.pod--{pod}", "true");
        var cleaned = await workstation.SshpodAsync("clean", workstation.Host($"container--main.pod--{pod}"));

        Assert.NotEqual(0, (await InAsync(pod, "other", "ls /tmp/fallen")).ExitCode);
        (await InAsync(pod, "other", $"ls {place}/{release}/sshd")).Successfully();
        cleaned.Successfully();
        result.Quietly();
    }

    [Fact]
    public async Task Directories_that_are_exchanged_while_connections_come_lead_nowhere()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: exchanged},
            """ + """
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: tmp, emptyDir: {}}], containers: [
              {name: main, image: "IMAGES/dash:1", securityContext: {runAsUser: 1000}, volumeMounts: [{name: tmp, mountPath: /tmp}]},
              {name: other, image: "IMAGES/busybox:1", securityContext: {runAsUser: 2000}, volumeMounts: [{name: tmp, mountPath: /tmp}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/exchanged");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var release = await ReleaseAsync(workstation);
        await File.WriteAllTextAsync(workstation.File("exchanger.c"), Exchanger);
        (await Run.ProgramAsync(
            "gcc", ["-static", "-O2", "-o", workstation.File("exchanger"), workstation.File("exchanger.c")])).Successfully();
        (await cluster.KubectlAsync("cp", workstation.File("exchanger"), $"{cluster.Namespace}/exchanged:/tmp/exchanger", "-c",
            "other")).Successfully();

        // One directory of main's, writable by all as upload directories are, in which the other put a release; and one of the other's.
        (await InAsync("exchanged", "main", "mkdir -m 777 /tmp/uploads; chmod 777 /tmp/uploads")).Successfully();
        (await InAsync("exchanged", "other", $"""
            for d in /tmp/uploads /tmp/mine; do
              mkdir -p $d/{release}; printf '#!/bin/sh\n: >/tmp/fallen\n' >$d/{release}/sshd; chmod -R 755 $d/{release}
            done
            mkdir /tmp/sshpod-1000; chmod 777 /tmp/sshpod-1000
            (/tmp/exchanger /tmp/sshpod-1000 /tmp/uploads & /tmp/exchanger /tmp/sshpod-1000 /tmp/mine &) >/dev/null 2>&1
            """)).Successfully();

        for (var i = 0; i < 10; i++)
            (await workstation.SshAsync("container--main.pod--exchanged", "true")).ToString();

        (await InAsync("exchanged", "other", "killall exchanger")).Successfully();

        Assert.NotEqual(0, (await InAsync("exchanged", "other", "ls /tmp/fallen")).ExitCode);
    }

    [Fact]
    public async Task Without_a_place_of_its_own_the_line_names_the_volume_and_the_setting_that_allows_it()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: no-place},
            """ + """
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: scratch, emptyDir: {}}], containers: [
              {name: main, image: "IMAGES/busybox:1", securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true},
            """ + """
             volumeMounts: [{name: scratch, mountPath: /tmp}]},
              {name: other, image: "IMAGES/busybox:1", securityContext: {runAsUser: 1000},
            """ + """
             volumeMounts: [{name: scratch, mountPath: /tmp}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/no-place");
        await using var workstation = await Workstation.SetUpAsync(cluster);

        var refused = await workstation.SshAsync("container--main.pod--no-place", "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Contains($"no place for the server in container \"main\" of pod \"no-place\" in namespace \"{cluster.Namespace}\": "
            + "volume \"scratch\" at /tmp can be written by another container as the same user", refused.Error, StringComparison.Ordinal);
        Assert.NotEqual(0, (await InAsync("no-place", "other", "ls -d /tmp/sshpod")).ExitCode);
        workstation.Environment["SSHPOD_SHARED_PLACES"] = "allow";
        Assert.Equal("/tmp/sshpod\n", (await workstation.SshAsync("container--main.pod--no-place", Server)).Quietly().Text);
    }

    [Fact]
    public async Task Clean_removes_nothing_that_is_not_ours_and_runs_nothing_that_it_does_not_know()
    {
        await cluster.CreatePodAsync("victim", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--victim", "true")).Quietly();
        var id = (await cluster.ExecAsync("victim", "sh",
            "-c", "cd /tmp/sshpod/*/ && for d in */; do echo ${d%/}; done")).Successfully().Text.Split('\n')[0];
        (await cluster.ExecAsync("victim", "sh", "-ec", $"""
            mkdir -p /victim/{id} '/tmp/sshpod/a victim' '/tmp/sshpod/a /victim' /elsewhere/{id}
            ln -s /elsewhere /tmp/sshpod/fedcba9876543210
            mkdir -p /tmp/sshpod/0123456789abcdef/{id}
            printf '#!/bin/sh\n: >/fallen\necho ok\n' >/tmp/sshpod/0123456789abcdef/sshd
            chmod 755 /tmp/sshpod/0123456789abcdef/sshd
            """)).Successfully();

        var said = (await workstation.SshpodAsync("clean", workstation.Host("pod--victim"))).Successfully().Error;

        Assert.StartsWith("sshpod: cleaned container \"main\"", said, StringComparison.Ordinal);
        Assert.Equal("", (await cluster.ExecAsync("victim", "sh", "-c", "ls /fallen 2>/dev/null; ps | grep [s]shd")).Text);
        (await cluster.ExecAsync("victim", "ls", $"/victim/{id}", $"/elsewhere/{id}", "/tmp/sshpod/a victim")).Successfully();
    }

    [Fact]
    public async Task A_shared_volume_that_is_closed_and_opened_meanwhile_is_not_used()
    {
        await ShareTmpAsync("closing", user: 1000, other: 0);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await InAsync(
            "closing", "other", "(while :; do chmod 000 /tmp; chmod 777 /tmp; done) >/dev/null 2>&1 & echo $! >/pid")).Successfully();
        for (var i = 0; i < 10; i++)
            (await workstation.SshAsync("container--main.pod--closing", "true")).ToString();
        (await InAsync("closing", "other", "kill $(cat /pid); chmod 777 /tmp")).Successfully();
        Assert.NotEqual(0, (await InAsync("closing", "other", "ls -d /tmp/sshpod")).ExitCode);
    }

    [Fact]
    public async Task Clean_removes_nothing_that_another_user_has_put_into_our_place()
    {
        await ShareTmpAsync("moved", user: 0, other: 2000);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // Owned by root: the other user cannot write to it, but can rename it.
        (await InAsync("moved", "main", "mkdir -p /tmp/cache/0123456789abcdef && touch /tmp/cache/0123456789abcdef/sshd")).Successfully();
        (await InAsync("moved", "other", "mv /tmp/cache /tmp/sshpod-0")).Successfully();
        (await workstation.SshpodAsync("clean", workstation.Host("container--main.pod--moved"))).Successfully();
        (await InAsync("moved", "other", "ls /tmp/sshpod-0/0123456789abcdef/sshd")).Successfully();
    }

    [Fact]
    public async Task Two_users_whose_containers_share_nothing_but_memory_have_a_directory_each()
    {
        // As /dev/shm is where the container runtime allows execution there: for everybody, and sticky.
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: two-users},
            """ + """
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: shm, emptyDir: {medium: Memory}}],
              initContainers: [{name: prepare, image: "IMAGES/busybox:1", command: [chmod, "1777", /dev/shm],
            """ + """
             volumeMounts: [{name: shm, mountPath: /dev/shm}]}], containers: [
              {name: main, image: "IMAGES/busybox:1", securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true},
            """ + """
             volumeMounts: [{name: shm, mountPath: /dev/shm}]},
              {name: other, image: "IMAGES/busybox:1", securityContext: {runAsUser: 2000, readOnlyRootFilesystem: true},
            """ + """
             volumeMounts: [{name: shm, mountPath: /dev/shm}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/two-users");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        const string Places = "ls -d /dev/shm/sshpod*";

        Assert.Equal("/dev/shm/sshpod-1000\n", (await workstation.SshAsync("container--main.pod--two-users", Places)).Quietly().Text);
        var doctor = await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host("container--other.pod--two-users"));
        Assert.Equal("/dev/shm/sshpod-2000", doctor.Checks["directory"].Text);
        Assert.Equal("/dev/shm/sshpod-1000\n/dev/shm/sshpod-2000\n",
            (await workstation.SshAsync("container--other.pod--two-users", Places)).Quietly().Text);
        foreach (var container in new[] { "main", "other" })
            (await workstation.SshpodAsync("clean", workstation.Host($"container--{container}.pod--two-users"))).Successfully();
        Assert.Equal("", (await InAsync("two-users", "main", "ls -A /dev/shm")).Successfully().Text);
    }

    [Fact]
    public async Task Nothing_of_the_directories_that_are_looked_at_is_run()
    {
        await cluster.CreatePodAsync("empty-path", "busybox:1", """env: [{name: PATH, value: ":/bin:."}]""");
        (await cluster.ExecAsync("empty-path", "/bin/sh", "-ec", """
            for d in /tmp /run / /dev/shm; do
              [ -d $d ] || continue
              for t in ls sha256sum uname gzip head dd rm mkdir chmod mv cat;
            """ + """
             do printf '#!/bin/sh\n: >/fallen\n' >$d/$t; chmod 755 $d/$t; done
            done
            """)).Successfully();
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal(":/bin:.\n", (await workstation.SshAsync("pod--empty-path", "echo $PATH")).Quietly().Text);
        Assert.NotEqual(0, (await cluster.ExecAsync("empty-path", "/bin/ls", "/fallen")).ExitCode);
    }

    [Fact]
    public async Task Clean_says_what_it_leaves_since_it_cannot_end_it()
    {
        await cluster.CreatePodAsync("left", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--left", "true")).Quietly();
        // What a client of another version leaves behind.
        (await cluster.ExecAsync("left", "sh", "-ec",
            "cd /tmp/sshpod && mv [0-9a-f]* 0123456789abcdef && printf '#!/bin/sh\n: >/fallen\n' >0123456789abcdef/x && mv "
            + "0123456789abcdef/x 0123456789abcdef/sshd; chmod 755 0123456789abcdef/sshd")).Successfully();

        var said = (await workstation.SshpodAsync("clean", workstation.Host("pod--left"))).Successfully().Error;

        Assert.Contains("/tmp/sshpod/0123456789abcdef/", said, StringComparison.Ordinal);
        Assert.Contains("belongs to another version of sshpod: its server exits when it is idle", said, StringComparison.Ordinal);
        Assert.NotEqual(0, (await cluster.ExecAsync("left", "ls", "/fallen")).ExitCode);
    }

    private static async Task<string> ReleaseAsync(Workstation workstation) =>
        (await workstation.SshAsync("pod--busybox", "ls /tmp/sshpod")).Quietly().Text.Trim();

    /// <summary>A pod whose two containers share one /tmp.</summary>
    private async Task ShareTmpAsync(string pod, int user, int other)
    {
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: {{{pod}}}},
            """ + $$$"""
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: tmp, emptyDir: {}}], containers: [
              {name: main, image: "IMAGES/busybox:1", securityContext: {runAsUser: {{{user}}}},
            """ + $$$"""
             volumeMounts: [{name: tmp, mountPath: /tmp}]},
              {name: other, image: "IMAGES/busybox:1", securityContext: {runAsUser: {{{other}}}},
            """ + $$$"""
             volumeMounts: [{name: tmp, mountPath: /tmp}]}]}}
            """);
        await cluster.WaitReadyAsync($"pod/{pod}");
    }

    private Task<Outcome> InAsync(string pod, string container, string script) =>
        cluster.KubectlAsync("exec", pod, "-n", cluster.Namespace, "-c", container, "--", "sh", "-c", script);
}
