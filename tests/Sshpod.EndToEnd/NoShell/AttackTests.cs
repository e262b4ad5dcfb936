using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.NoShell;

/// <summary>Other users in the container, and other containers of the pod, get nothing out of a helper.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class AttackTests(TestCluster cluster)
{
    [Fact]
    public async Task Another_user_of_the_container_can_neither_read_nor_change_what_was_put_there()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "attack-user");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        // It cannot list it either.
        var release = (await workstation.SshAsync(pod.Target, "ls /tmp/sshpod")).Quietly().Text.Trim();
        var id = (await pod.FieldAsync("{.status.containerStatuses[0].containerID}")).Split('/')[^1][..16];
        (await workstation.SshAsync(pod.Target, $"cat /tmp/sshpod/{release}/{id}/host_key")).Quietly();
        var attack = $"""
            cd /tmp/sshpod/{release}
            for f in sh busybox sshd bin/ls; do
              (echo ruined >$f) 2>/dev/null && echo "wrote $f"
              rm -f $f 2>/dev/null && echo "removed $f"
            done
            mv /tmp/sshpod /tmp/mine 2>/dev/null && echo moved
            touch bin/new 2>/dev/null && echo planted
            for d in /tmp/sshpod/ ./; do ls $d >/dev/null 2>&1 && echo "listed $d"; done
            cat {id}/host_key {id}/authorized_keys 2>/dev/null
            echo tried
            """;
        Assert.Equal("tried\n", await new Login(workstation, "nonroot", pod.Target).RunAsync(attack));
        Assert.Equal("0\n", (await workstation.SshAsync(pod.Target, "id -u")).Quietly().Text);
    }

    [Fact]
    public async Task A_shell_that_another_user_has_put_where_ours_would_be_is_not_run()
    {
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        var release = (await workstation.SshAsync("pod--busybox", "ls /tmp/sshpod")).Quietly().Text.Trim();
        // For root and for the container's user, whoever of them would run it.
        var pod = await ShelllessPod.CreateWithScriptAsync(cluster, "attack-planted", $"""
            $b mkdir -p /tmp/sshpod/{release}/bin /tmp/sshpod-0/{release}
            for f in sh busybox sshd bin/cat bin/ls; do
              $b printf '#!/tools/busybox sh\n/tools/busybox touch /tmp/fallen\n' >/tmp/sshpod/{release}/$f
            done
            $b cp /tmp/sshpod/{release}/sh /tmp/sshpod-0/{release}/sh
            $b chmod -R 755 /tmp/sshpod /tmp/sshpod-0
            $b chown -R 65532:65532 /tmp/sshpod /tmp/sshpod-0
            exec /app
            """);
        await using var innocent = await ShelllessPod.SetUpAsync(cluster, consent: null);

        Assert.Equal(255, (await innocent.SshAsync(pod.Target, "true")).ExitCode);
        Assert.Equal("", (await workstation.SshAsync(pod.Target, "ls /tmp | grep fallen")).Text);
        Assert.Equal("ls: /tmp/fallen: No such file or directory\n", (await workstation.SshAsync(pod.Target, "ls /tmp/fallen")).Error);
    }

    // The pod's record still says where the shell was.
    [Fact]
    public async Task A_shell_that_another_user_puts_where_ours_was_before_clean_is_not_run()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "attack-cleaned");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        var helper = await pod.OnlyHelperAsync();
        await pod.HasEndedWellAsync(helper);
        var release = (await workstation.SshAsync(pod.Target, "ls /tmp/sshpod")).Quietly().Text.Trim();
        await using var innocent = await ShelllessPod.SetUpAsync(cluster, consent: null);
        (await innocent.SshAsync(pod.Target, "true")).Successfully();
        var watcher = await pod.WatchAsync();
        // It goes on after clean has ended its session.
        await new Login(workstation, "nonroot", pod.Target).RunAsync($$"""
            cp /tmp/sshpod/{{release}}/busybox /tmp/busybox
            cat >/tmp/attack <<'E'
            while :; do
              /tmp/busybox mkdir -p /tmp/sshpod/{{release}} && {
                printf '#!/tmp/busybox sh\n/tmp/busybox id -u >/tmp/fallen\n' >/tmp/sshpod/{{release}}/sh &&
                  /tmp/busybox chmod 755 /tmp/sshpod/{{release}}/sh && echo planted >>/tmp/tries
              }
              echo tried >>/tmp/tries
              /tmp/busybox sleep 0.2
            done
            E
            nohup /tmp/busybox sh /tmp/attack >/dev/null 2>&1 &
            """);
        (await workstation.SshpodAsync("clean", workstation.Host(pod.Target))).Successfully();
        var tries = (await TriesAsync()).Length;
        await Eventually.HoldsAsync("it has tried", async () => (await TriesAsync()).Length > tries + 2);

        // One remembers where the shell was, and the other reads the record.
        await using var newcomer = await ShelllessPod.SetUpAsync(cluster, consent: null);
        Assert.Equal(255, (await innocent.SshAsync(pod.Target, "true")).ExitCode);
        Assert.Equal(255, (await newcomer.SshAsync(pod.Target, "true")).ExitCode);
        Assert.Equal("0\n", (await workstation.SshAsync(pod.Target, "id -u")).Successfully().Text);

        Assert.Equal(["tried"], (await TriesAsync()).Distinct());
        Assert.DoesNotContain("./fallen", await watcher.TmpAsync());

        async Task<string[]> TriesAsync() =>
            (await watcher.RunAsync("sh", "-c", "! cd /proc/1/root/tmp || [ ! -e tries ] || cat tries"))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    // It could exchange what the other container, with its capabilities, runs.
    [Theory]
    [InlineData("refuse")]
    [InlineData("allow")]
    public async Task Where_another_container_with_the_same_user_sees_the_processes_nothing_is_lent_unless_it_is_trusted(string setting)
    {
        var name = $"attack-same-user-{setting}";
        await cluster.ApplyAsync($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{{name}}}}
            spec:
              terminationGracePeriodSeconds: 0
              shareProcessNamespace: true
              containers:
              - {name: main, image: "IMAGES/static:1"}
              - {name: beside, image: "IMAGES/busybox:1", securityContext: {runAsUser: 0, capabilities: {drop: [ALL]}} }
            """);
        await cluster.WaitReadyAsync($"pod/{name}");
        var pod = new ShelllessPod(cluster, name);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_SHARED_PLACES"] = setting;

        var outcome = await workstation.SshAsync($"container--main.{pod.Target}", "id -u");

        if (setting == "allow")
        {
            Assert.Equal("0\n", outcome.Successfully().Text);
            return;
        }
        Assert.Equal(255, outcome.ExitCode);
        Assert.Equal("sshpod: \"main\" shares its processes with another container that may run as the same user: that one could exchange "
            + "the shell that an ephemeral container lends; give each container of the pod a runAsUser of its own, or, if you trust them, "
            + "set shared-places: allow", Assert.Single(ShelllessPod.Lines(outcome)));
        Assert.Empty(await pod.HelpersAsync());
    }

    [Fact]
    public async Task A_container_with_the_same_processes_and_another_user_sees_nothing_of_the_helper()
    {
        await cluster.ApplyAsync("""
            apiVersion: v1
            kind: Pod
            metadata: {name: attack-beside}
            spec:
              terminationGracePeriodSeconds: 0
              shareProcessNamespace: true
              containers:
              - {name: main, image: "IMAGES/static:1",
                 securityContext: {runAsUser: 65532, runAsGroup: 65532, readOnlyRootFilesystem: true}}
              - {name: beside, image: "IMAGES/busybox:1", securityContext: {runAsUser: 2000, runAsGroup: 2000}}
            """);
        await cluster.WaitReadyAsync("pod/attack-beside");
        var pod = new ShelllessPod(cluster, "attack-beside");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        const string Main = "container--main.pod--attack-beside";
        Assert.Equal("65532\n", (await workstation.SshAsync(Main, "id -u")).Successfully().Text);
        var helper = await pod.OnlyHelperAsync();

        var seen = (await InBesideAsync("""
            for p in /proc/[0-9]*; do
              [ -O $p ] && continue
              ls $p/root/ 2>/dev/null && echo "saw the files of $p"
              kill ${p#/proc/} 2>/dev/null && echo "ended $p"
              cat $p/environ 2>/dev/null
            done
            echo tried
            """)).Successfully().Text;

        Assert.Equal("tried\n", seen);
        Assert.True(await pod.RunsAsync(helper));
        Assert.Equal("65532\n", (await workstation.SshAsync(Main, "id -u")).Quietly().Text);
    }

    private Task<Outcome> InBesideAsync(string script) =>
        cluster.KubectlAsync("exec", "attack-beside", "-n", cluster.Namespace, "-c", "beside", "--", "sh", "-c", script);
}
