using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Doctor;

public sealed class ContainerFailureTests(TestCluster cluster)
{
    [Theory]
    [InlineData("pod--bsybox", "target", "no pod \"bsybox\"", "you: did you mean \"busybox\"?")]
    [InlineData("deployment--wbe", "target", "no deployment \"wbe\"", "you: did you mean \"web\"?")]
    [InlineData("pod--two", "container", "has 2 containers: first, second; you: choose one")]
    [InlineData("container--third.pod--two", "container", "has no container \"third\"; you: it has first, second")]
    public async Task The_name_is_wrong(string target, string check, params string[] words) => await FailsAtAsync(target, check, words);

    [Fact]
    public async Task The_pod_does_not_run()
    {
        await cluster.ApplyAsync(
            "{apiVersion: v1, kind: Pod, metadata: {name: doctor-image}, spec: {containers: [{name: main, image: "
            + "IMAGES/there-is-no-such-image:1, imagePullPolicy: Never}]}}");
        await Eventually.HoldsAsync("the pod waits for its image", async () =>
            (await cluster.KubectlAsync("get", "pod", "doctor-image", "-n", cluster.Namespace)).Text.Contains(
                "ErrImageNeverPull", StringComparison.Ordinal));
        await FailsAtAsync("pod--doctor-image", "container", "is not running (Pending", "ErrImageNeverPull", "the pod's owner: ");
    }

    [Fact]
    public async Task The_container_has_no_shell()
    {
        await cluster.CreatePodAsync("doctor-static", "static:1");
        await FailsAtAsync("pod--doctor-static", "shell", "has no shell \"sh\"; the cluster would admit an ephemeral container",
            "sshpod debug");
    }

    [Fact]
    public async Task The_container_lacks_a_tool()
    {
        await cluster.CreatePodAsync("doctor-tool", "busybox:1",
            """lifecycle: {postStart: {exec: {command: [sh, -c, "rm /bin/mv /bin/chmod"]}}}""");
        await FailsAtAsync("pod--doctor-tool", "shell", "has no chmod, mv; the pod's owner: put them into the image");
    }

    [Fact]
    public async Task The_container_has_another_architecture_and_says_so_with_bytes_for_the_terminal()
    {
        // A fake uname, since there is no machine of another architecture to test on.
        await cluster.CreatePodAsync("doctor-uname", "busybox:1",
            """lifecycle: {postStart: {exec: {command: [sh, -c, "rm /bin/uname;"""
                + """ printf '#!/bin/sh\necho \"riscv64\\033[2J\"\n' >/bin/uname; chmod 755 /bin/uname"]}}}""");
        await FailsAtAsync("pod--doctor-uname", "architecture", "runs on architecture \"riscv64[2J\"", "amd64 and arm64");
    }

    [Theory]
    [InlineData("read-only", "securityContext: {readOnlyRootFilesystem: true}",
        "/tmp is read-only, /dev/shm does not allow execution; the pod's owner: mount a writable volume")]
    [InlineData(
        "foreign", """securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true}, volumeMounts: [{name: tmp, mountPath: /tmp}]""",
        "/tmp has another user's sshpod")]
    [InlineData("unwritable", """securityContext: {runAsUser: 1000}, volumeMounts: [{name: tmp, mountPath: /tmp, subPath: s}]""",
        "/tmp is not writable")]
    [InlineData(
        "noexec",
        """securityContext: {privileged: true}, lifecycle: {postStart: {exec:"""
            + """ {command: [sh, -c, "mount -t tmpfs -o noexec none /tmp && mount -o remount,ro /"]}}}""",
        "/tmp does not allow execution")]
    [InlineData("full-disk", """
        securityContext: {privileged: true}, lifecycle: {postStart: {exec: {command: [sh, -c,
        "mount -t tmpfs -o size=200k none /tmp && mount -o remount,ro /"]}}}
        """, "/tmp has 0.2 MB of free space, but the server may take up to 4.")]
    [InlineData("small", """resources: {limits: {ephemeral-storage: 5Mi}}, volumeMounts: [{name: tmp, mountPath: /tmp}]""",
        "/tmp has an ephemeral-storage limit of the pod of 5.2 MB, but the server, which may take up to 4.")]
    public async Task There_is_no_place_for_the_server(string name, string container, string words)
    {
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: doctor-{{{name}}}},
            """ + $$$"""
             spec: {terminationGracePeriodSeconds: 0, volumes: [{name: tmp, emptyDir: {}}],
              initContainers: [{name: prepare, image: "IMAGES/busybox:1", command: [sh, -c, "mkdir /tmp/sshpod /tmp/s; chmod 755 /tmp/s"],
            """ + $$$"""
             volumeMounts: [{name: tmp, mountPath: /tmp}]}],
              containers: [{name: main, image: "IMAGES/busybox:1", {{{container}}}}]}}
            """);
        await cluster.WaitReadyAsync($"pod/doctor-{name}");
        await FailsAtAsync($"pod--doctor-{name}", "directory", "no place for the server in container \"main\"", words);
    }

    [Fact]
    public async Task The_disk_is_full()
    {
        await cluster.CreatePodAsync("doctor-full", "busybox:1", """
            securityContext: {privileged: true}, lifecycle: {postStart: {exec: {command: [sh, -c,
            "rm /bin/df && mount -t tmpfs -o size=200k none /tmp && mount -o remount,ro /"]}}}
            """);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var run = await DoctorRun.RunAsync(workstation, workstation.Host("pod--doctor-full"));
        run.FailsAt("start", "no space for the server in container", "free some space there");
        Assert.Equal(("skipped", "not checked, since \"start\" is not ok"), (run.Checks["login"].Outcome, run.Checks["login"].Text));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_replaced()
    {
        await cluster.CreatePodAsync("doctor-stopped", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--doctor-stopped", "true")).Quietly();
        workstation.Environment["SSHPOD_TUNNEL"] = "port-forward";
        (await cluster.ExecAsync("doctor-stopped", "sh", "-c", "kill -STOP $(cat /tmp/sshpod/*/*/lock.server)")).Successfully();
        var run = await DoctorRun.RunAsync(workstation, workstation.Host("pod--doctor-stopped"));
        Assert.Equal((0, "ok", "ok", "ok"),
            (run.ExitCode, run.Checks["start"].Outcome, run.Checks["port-forward"].Outcome, run.Checks["login"].Outcome));
    }

    private async Task FailsAtAsync(string target, string check, params string[] words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host(target))).FailsAt(check, words);
    }
}
