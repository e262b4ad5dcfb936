using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.NoShell;

/// <summary>What is left in a container and its pod, and who sees it.</summary>
public sealed class TraceTests(TestCluster cluster)
{
    // The empty directory keeps other users from putting a shell where this one was: see AttackTests.
    [Fact]
    public async Task Clean_leaves_an_empty_directory_and_names_what_the_record_keeps()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "cleaned-place");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        var helper = await pod.OnlyHelperAsync();
        await pod.HasEndedWellAsync(helper);
        var watcher = await pod.WatchAsync();
        Assert.Contains(await watcher.TmpAsync(), path => path.EndsWith("/sshd", StringComparison.Ordinal));

        var said = (await workstation.SshpodAsync("clean", workstation.Host(pod.Target))).Successfully();

        Assert.Equal($"sshpod: cleaned container \"main\" of pod \"cleaned-place\" in namespace \"{cluster.Namespace}\"; "
            + $"the pod's record keeps ephemeral container \"{helper}\"", Assert.Single(ShelllessPod.Lines(said)));
        await Eventually.HoldsAsync("/tmp has nothing but the directory", async () => await watcher.TmpAsync() is ["./sshpod"]);
        Assert.Equal("711 0\n", await watcher.RunAsync("stat", "-c", "%a %u", "/proc/1/root/tmp/sshpod"));
        Assert.DoesNotContain("sshd", await watcher.RunAsync("ps"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clean_ends_a_helper_out_of_which_the_server_runs()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "cleaned-helper", ShelllessPod.NoPlace);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        var helper = await pod.OnlyHelperAsync();
        Assert.True(await pod.RunsAsync(helper));

        var said = (await workstation.SshpodAsync("clean", workstation.Host(pod.Target))).Successfully();

        Assert.EndsWith($"; the pod's record keeps ephemeral container \"{helper}\"", Assert.Single(ShelllessPod.Lines(said)),
            StringComparison.Ordinal);
        await pod.HasEndedWellAsync(helper);
        // It is not brought back to life, but followed by another.
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        Assert.Equal(2, (await pod.HelpersAsync()).Length);
    }

    [Fact]
    public async Task Lists_and_completion_do_not_show_helpers()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "hidden", ShelllessPod.NoPlace);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        Assert.True(await pod.RunsAsync(await pod.OnlyHelperAsync()));
        string[] here = ["-n", cluster.Namespace, .. cluster.Context is { } context ? ["--context", context] : Array.Empty<string>()];

        var names = (await workstation.SshpodAsync(["list", .. here, "-o", "name"])).Successfully().Text;
        Assert.Contains(workstation.Host(pod.Target), names.Split('\n'));
        foreach (var form in new[] { "name", "wide", "json" })
            Assert.DoesNotMatch("sshpod-[0-9a-f]{8}(?![0-9a-f])",
                (await workstation.SshpodAsync(["list", .. here, "-o", form])).Successfully().Text);

        var typed = workstation.Host(pod.Target).Replace(".sshpod", ".container--", StringComparison.Ordinal);
        var offered = "";
        // The first TAB may come before the answer of the cluster.
        await Eventually.HoldsAsync("the container is offered", async () =>
            (offered = (await workstation.SshpodAsync("complete", "host", "ssh", typed)).Text).Contains("container--main",
                StringComparison.Ordinal));
        Assert.DoesNotContain("container--sshpod-", offered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_says_whether_one_would_be_admitted_and_leaves_the_pod_as_it_was()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "doctor-no-shell");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, consent: null);
        var version = await pod.VersionAsync();

        var doctor = await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host(pod.Target));

        doctor.FailsAt("shell", "has no shell \"sh\"; the cluster would admit an ephemeral container that lends one",
            $"add it with: sshpod debug {workstation.Host(pod.Target)}");
        Assert.Equal(version, await pod.VersionAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Doctor_puts_nothing_into_an_image_with_an_interpreter(bool connects)
    {
        await cluster.CreatePodAsync($"doctor-python-{(connects ? "all" : "look")}", "debian:12",
            "lifecycle: {postStart: {exec: {command: [sh, -c, \"rm -f /usr/bin/perl* /bin/sh /bin/dash /bin/bash /bin/rbash\"]}}}");
        var pod = new ShelllessPod(cluster, $"doctor-python-{(connects ? "all" : "look")}");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        var version = await pod.VersionAsync();

        var doctor = await DoctorRun.RunAsync(workstation, [.. connects ? Array.Empty<string>() : ["--no-connect"],
            workstation.Host(pod.Target)]);

        doctor.WarnsAt("shell", "none of its own; the next connection gets one from its python3");
        // What needs a shell is not checked.
        Assert.Equal("skipped", doctor.Checks["server"].Outcome);
        Assert.Equal(connects ? "skipped" : null, doctor.Checks.GetValueOrDefault("login")?.Outcome);
        Assert.Equal(version, await pod.VersionAsync());
        Assert.DoesNotContain(await (await pod.WatchAsync()).TmpAsync(), path => path.Contains("sshpod", StringComparison.Ordinal));
    }

    // It runs, and another client has put nothing into it yet.
    [Fact]
    public async Task Doctor_neither_fills_nor_ends_a_helper_that_runs()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "doctor-helper", ShelllessPod.NoPlace);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        var helper = await pod.OnlyHelperAsync();
        var version = await pod.VersionAsync();
        const string Remove = "cd /tmp/sshpod && rm -rf [0-9a-f]*";
        (await InHelperAsync(pod, helper, Remove)).Successfully();
        await using var another = await ShelllessPod.SetUpAsync(cluster);

        (await DoctorRun.RunAsync(another, "--no-connect", another.Host(pod.Target))).WarnsAt("shell",
            $"none of its own; the next connection gets one from ephemeral container \"{helper}\"");

        Assert.DoesNotMatch("[0-9a-f]{16}", (await InHelperAsync(pod, helper, "ls /tmp/sshpod")).Successfully().Text);
        Assert.True(await pod.RunsAsync(helper));
        Assert.Equal(version, await pod.VersionAsync());
    }

    [Fact]
    public async Task Doctor_looks_through_the_shell_that_was_put_there()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "doctor-our-shell");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();

        var doctor = await DoctorRun.RunAsync(workstation, workstation.Host(pod.Target));

        Assert.True(doctor.ExitCode == 0, $"{doctor}");
        Assert.Matches("^none of its own; sshpod's is in /tmp/sshpod/[0-9a-f]{16}$", doctor.Checks["shell"].Text);
        Assert.Equal("ok", doctor.Checks["login"].Outcome);
    }

    private Task<Outcome> InHelperAsync(ShelllessPod pod, string helper, string script) =>
        cluster.KubectlAsync("exec", pod.Name, "-n", cluster.Namespace, "-c", helper, "--", "sh", "-c", script);
}
