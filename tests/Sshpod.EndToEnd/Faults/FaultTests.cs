using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Faults;

/// <summary>Each fault ends in success or in one clear line, never in a hang or a wrong answer.</summary>
public sealed class FaultTests(TestCluster cluster)
{
    private const string Server = "/tmp/sshpod/*/sshd";

    [Fact]
    public Task The_server_was_killed() => AfterAsync("server killed between connections", "fault-killed", "killall -9 sshd");

    [Fact]
    public Task Our_directory_was_deleted() => AfterAsync("sshpod directory deleted", "fault-deleted", "rm -rf /tmp/sshpod");

    [Fact]
    public Task The_bundle_was_truncated() =>
    AfterAsync("bundle truncated, server running", "fault-truncated",
        $"f=$(echo {Server}); head -c 500000 $f >/tmp/t; cat /tmp/t >/tmp/t2; rm $f; cp /tmp/t2 $f; chmod 700 $f");

    [Fact]
    public Task The_bundle_was_truncated_and_no_server_runs() =>
    AfterAsync("bundle truncated, server gone", "fault-truncated-gone",
        $"f=$(echo {Server}); killall -9 sshd; head -c 500000 $f >/tmp/t; rm $f; cp /tmp/t $f; chmod 700 $f");

    [Fact]
    public Task A_bit_of_the_bundle_was_flipped() => AfterAsync("bit of the bundle flipped", "fault-flipped",
        $"f=$(echo {Server}); cp $f /tmp/t; printf '\\377' | dd of=/tmp/t bs=1 seek=400000 conv=notrunc 2>/dev/null; rm $f; cp /tmp/t $f; "
        + $"chmod 700 $f");

    [Fact]
    public Task The_port_file_is_stale() => AfterAsync("port file stale, its port taken by something else", "fault-port",
        // The server was killed, and a listener that does not speak SSH has its port.
        "p=$(head -n 1 /tmp/sshpod/*/*/port | cut -d' ' -f2); killall -9 sshd; (nc -lk -p $p -e echo hello </dev/null >/dev/null 2>&1 &)");

    [Fact]
    public Task The_port_file_names_another_port() => AfterAsync("port file overwritten", "fault-port-file",
        "f=$(echo /tmp/sshpod/*/*/port); sed -i 's/^port .*/port 9/' $f");

    [Fact]
    public Task The_servers_files_are_garbage() => AfterAsync("state files overwritten with garbage", "fault-garbage",
        "for f in port host_key authorized_keys; do head -c 100 /dev/urandom >$(echo /tmp/sshpod/*/*/$f); done");

    [Fact]
    public Task The_clients_cache_is_garbage() => WithClientAsync("client's cached state corrupted", workstation =>
    {
        foreach (var file in Directory.GetFiles(workstation.File("cache/sshpod"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("id_ed25519", StringComparison.Ordinal)))
            File.WriteAllBytes(file, [0, 255, 10, 13, 10, 34, 123]);
    });

    [Fact]
    public Task The_clients_cache_is_empty() => WithClientAsync("client's cached state of no version", workstation =>
    {
        foreach (var file in Directory.GetFiles(workstation.File("cache/sshpod"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("id_ed25519", StringComparison.Ordinal)))
            File.WriteAllText(file, "");
    });

    [Fact]
    public Task The_clients_cache_cannot_be_read() => WithClientAsync("client's cached state unreadable", workstation =>
    {
        // Replace them by directories: the tests run as root, which could read any file.
        foreach (var file in Directory.GetFiles(workstation.File("cache/sshpod"), "*", SearchOption.AllDirectories)
            .Where(file => !file.Contains("id_ed25519", StringComparison.Ordinal)
                && !file.Contains("known_hosts", StringComparison.Ordinal)))
        {
            File.Delete(file);
            Directory.CreateDirectory(file);
        }
    });

    [Fact]
    public async Task The_clients_known_hosts_cannot_be_read()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Directory.CreateDirectory(workstation.File("cache/sshpod/known_hosts"));
        FaultReport.Record("client's known_hosts unreadable", await workstation.SshAsync("pod--busybox", "true"), "cannot read");
    }

    [Fact]
    public async Task The_clients_private_key_is_missing()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        File.Delete(workstation.File("cache/sshpod/id_ed25519"));
        FaultReport.Record("client's private key missing", await workstation.SshAsync("pod--busybox", "true"), "was missing");
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
    }

    [Fact]
    public async Task The_clients_public_key_is_missing()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        File.Delete(workstation.File("cache/sshpod/id_ed25519.pub"));
        FaultReport.Record("client's public key missing", await workstation.SshAsync("pod--busybox", "true"));
    }

    [Fact]
    public async Task The_clients_private_key_is_garbage_and_the_public_one_missing()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        File.Delete(workstation.File("cache/sshpod/id_ed25519.pub"));
        await File.WriteAllTextAsync(workstation.File("cache/sshpod/id_ed25519"), "garbage");
        FaultReport.Record("client's private key corrupted, public key missing", await workstation.SshAsync("pod--busybox", "true"),
            "ssh-keygen cannot read");
    }

    [Theory]
    [InlineData("known_hosts.lock")]
    [InlineData("id_ed25519.lock")]
    public async Task Another_process_of_the_client_hangs_while_it_writes(string file)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        File.Delete(workstation.File("cache/sshpod/id_ed25519"));
        File.Delete(workstation.File("cache/sshpod/id_ed25519.pub"));
        await using var other = new RunningProgram(
            "flock", [workstation.File($"cache/sshpod/{file}"), "sh", "-c", $"touch {workstation.File("held")}; exec sleep 100"],
            workstation.Environment);
        await Eventually.HoldsAsync("it has the lock", () => File.Exists(workstation.File("held")));
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Contains($"another process has held {workstation.File($"cache/sshpod/{file}")} for 10 s; end the sshpod that hangs",
            result.Error, StringComparison.Ordinal);
        FaultReport.Record($"client's {file} held by another process", result, "another process has held");
    }

    // A process cannot have its own clock, so change the times of files instead.
    [Theory]
    [InlineData("back", 1)]
    [InlineData("forward", -1)]
    public Task The_clock_of_the_container_was_set_by_a_year(string direction, int years) =>
    AfterAsync($"container's clock set {direction} by a year", $"fault-clock-{direction}",
        $"find /tmp/sshpod -exec touch -d \"$(($(date +%Y) + {years}))-01-01 00:00\" {{}} +");

    [Theory]
    [InlineData("back", 1)]
    [InlineData("forward", -1)]
    public Task The_clients_clock_was_set_by_a_year(string direction, int years) =>
    WithClientAsync($"client's clock set {direction} by a year", workstation =>
    {
        foreach (var file in Directory.GetFiles(workstation.File("cache/sshpod"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddYears(years));
    });

    [Fact]
    [Trait(Suites.Name, Suites.Streams)]
    public async Task Ssh_closes_our_stdout()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        // Its stdin stays open, so it can notice only when it writes.
        var result = await workstation.RunAsync("bash", "-c", $$"""
            exec 3< <(exec sleep 100 2>&-)
            sleeping=$!
            {{Workstation.Program}} proxy --host {{workstation.Host("pod--busybox")}} --user root <&3 | true
            status=${PIPESTATUS[0]}
            kill $sleeping
            exit $status
            """);
        FaultReport.Record("ssh closes sshpod's stdout", result);
    }

    [Fact]
    public async Task The_clients_public_key_is_garbage()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await File.WriteAllTextAsync(workstation.File("cache/sshpod/id_ed25519.pub"), "garbage");
        FaultReport.Record("client's public key corrupted", await workstation.SshAsync("pod--busybox", "true"), "holds no ssh-ed25519 key");
    }

    [Fact]
    public async Task The_container_was_restarted()
    {
        await cluster.CreatePodAsync("fault-restarted", "busybox:1",
            "command: [sh, -c, \"trap 'exit 0' TERM; while :; do sleep 1; done\"]");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--fault-restarted", "true")).Quietly();
        (await cluster.ExecAsync("fault-restarted", "kill", "1")).Successfully();
        await Eventually.HoldsAsync("the container runs again",
            async () => (await cluster.KubectlAsync("get", "pod", "fault-restarted", "-n", cluster.Namespace, "-o",
            "jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}")).Text == "1 true",
            TimeSpan.FromSeconds(60));
        FaultReport.Record("container restarted", await workstation.SshAsync("pod--fault-restarted", "true"));
    }

    [Fact]
    [Trait(Suites.Name, Suites.Streams)]
    public async Task The_pod_was_deleted_while_connected()
    {
        await cluster.CreatePodAsync("fault-gone", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--fault-gone", "true")).Quietly();
        var session = workstation.SshAsync("pod--fault-gone", "touch /tmp/here; sleep 100");
        await Eventually.HoldsAsync("the session is open",
            async () => (await cluster.ExecAsync("fault-gone", "ls", "/tmp/here")).ExitCode == 0);
        var deleted = System.Diagnostics.Stopwatch.StartNew();
        (await cluster.KubectlAsync("delete", "pod", "fault-gone", "-n", cluster.Namespace, "--wait=false")).Successfully();
        var ended = await session;
        Assert.Equal(255, ended.ExitCode);
        Assert.Matches("was lost: the (pod|container) (was deleted|is being deleted|has ended)", ended.Error);
        FaultReport.Record("pod deleted while connected", ended with { Time = deleted.Elapsed, Error = ended.Error },
            "the connection to container \"main\" of pod \"fault-gone\"");
    }

    [Fact]
    [Trait(Suites.Name, Suites.Streams)]
    public async Task The_upload_is_cut_in_the_middle()
    {
        await cluster.CreatePodAsync("fault-cut", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // The first exec gets half of its input and dies; kubectl prints nothing and exits with 0, as it does (kubernetes#73056).
        KubectlWrapper.Install(workstation, $"""
            case " $* " in *" exec "*) if [ ! -e {workstation.File("cut")} ]; then touch {workstation.File("cut")};
            """ + $"""
             head -c 200000 | $kubectl "$@"; exit 0; fi;; esac
            exec $kubectl "$@"
            """);
        FaultReport.Record("upload cut in the middle", await workstation.SshAsync("pod--fault-cut", "true"));
    }

    [Fact]
    [Trait(Suites.Name, Suites.Streams)]
    public async Task Kubectl_prints_warnings()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        KubectlWrapper.Install(
            workstation,
            "echo 'W1123 12:00:00.000000  1 x.go:1] something is deprecated' >&2\necho 'Warning: something is old' >&2\nexec $kubectl "
            + "\"$@\"");
        FaultReport.Record("kubectl prints warnings on stderr", (await workstation.SshAsync("pod--busybox", "true")).Quietly());
    }

    [Fact]
    [Trait(Suites.Name, Suites.Streams)]
    public async Task A_shell_prints_a_banner_when_it_starts()
    {
        await cluster.CreatePodAsync("fault-banner", "busybox:1",
            """lifecycle: {postStart: {exec: {command: [sh, -c, "rm /bin/sh;"""
                + """ printf '#!/bin/busybox ash\nfor i in 1 2 3; do echo welcome; echo port 1;"""
                + """ echo error directory nonsense; done\nexec /bin/busybox ash \"$@\"\n' >/bin/sh; chmod 755 /bin/sh"]}}}""");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        FaultReport.Record("sh prints a banner when it starts", await workstation.SshAsync("pod--fault-banner", "true"));
    }

    [Fact]
    public async Task Another_server_answers_on_the_port()
    {
        await using var workstation = await ReachImpostorAsync("fault-impostor", "");
        var refused = await workstation.SshAsync("pod--fault-impostor", "true");
        Assert.Equal(255, refused.ExitCode);
        FaultReport.Record("another server answers on the port", refused, "another ssh server does");
    }

    [Fact]
    public async Task Another_server_answers_on_the_port_and_says_it_is_ours()
    {
        await using var workstation = await ReachImpostorAsync("fault-liar", """
            own=$(sed -n 's/^host-key .*\(.\{16\}\)$/\1/p' $(ls /tmp/sshpod/*/*/port | grep -v evil))
            printf '%s\n' 'Port 2200' 'ListenAddress 127.0.0.1' 'HostKey /tmp/sshpod/evil/c/host_key' 'PidFile none'
            """ + """
             "VersionAddendum $own" \
                'SshdSessionPath /proc/self/./exe' 'SshdAuthPath /proc/self/././exe' >/tmp/liar
            /tmp/sshpod/evil/sshd -f /tmp/liar
            echo port 2200
            """);
        var refused = await workstation.SshAsync("pod--fault-liar", "true");
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("another server answered: its host key is not the one that the container", refused.Error, StringComparison.Ordinal);
    }

    /// <summary>A workstation whose port-forwards all lead to a second server, with its own host key.</summary>
    private async Task<Workstation> ReachImpostorAsync(string pod, string script)
    {
        await cluster.CreatePodAsync(pod, "busybox:1");
        var workstation = await Workstation.SetUpAsync(cluster);
        // Left to itself, sshpod would use exec, where no other server can answer.
        workstation.Environment["SSHPOD_TUNNEL"] = "port-forward";
        (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();
        var key = (await File.ReadAllTextAsync(workstation.File("cache/sshpod/id_ed25519.pub"))).Trim();
        var answer = await cluster.ExecAsync(pod, "sh", "-ec",
            $"mkdir -m 711 /tmp/sshpod/evil && cp {Server} /tmp/sshpod/evil/sshd && cd /tmp/sshpod/evil\n" +
            $"echo \"$(./sshd serve c 600 86400 - '{key}' &)\"\n{script}");
        var port = answer.Successfully().Text.Split('\n').Last(line => line.StartsWith("port ", StringComparison.Ordinal)).Split(' ')[1];
        KubectlWrapper.Install(workstation, $"""
            arguments=("$@")
            case " $* " in *" port-forward "*) arguments[-1]=:{port};; esac
            exec $kubectl "${"{"}arguments[@]{"}"}"
            """);
        return workstation;
    }

    /// <summary>Runs a script in the container between two connections; the second must succeed, and reach the right server.</summary>
    private async Task AfterAsync(string fault, string pod, string script)
    {
        await cluster.CreatePodAsync(pod, "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();
        (await cluster.ExecAsync(pod, "sh", "-c", script)).ToString();
        var result = await workstation.SshAsync($"pod--{pod}", "hostname");
        Assert.Equal($"{pod}\n", result.Text);
        FaultReport.Record(fault, result);
    }

    private async Task WithClientAsync(string fault, Action<Workstation> damage)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("deployment--web", "true")).Quietly();
        damage(workstation);
        FaultReport.Record(fault, await workstation.SshAsync("deployment--web", "true"));
    }
}
