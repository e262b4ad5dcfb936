using System.Diagnostics;
using System.Security.Cryptography;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Tunnels;

/// <summary>ssh over an exec stream.</summary>
[Trait(Suites.Name, Suites.Streams), Trait(Suites.Name, Suites.Front)]
public sealed class ExecTunnelTests(TestCluster cluster)
{
    private const string Sockets = "cat /proc/net/tcp /proc/net/tcp6 | grep ' 0A '";

    [Fact]
    public async Task No_port_listens_and_nothing_is_left_behind()
    {
        await cluster.CreatePodAsync("quiet", "busybox:1");
        await using var workstation = await UserAsync();
        // State 0A is LISTEN.
        Assert.Equal("none\n", (await workstation.SshAsync("pod--quiet", $"{Sockets} || echo none")).Quietly().Text);
        await EndsAsync("quiet");
        Assert.Equal("none\n", (await cluster.ExecAsync("quiet", "sh", "-c", $"{Sockets} || echo none")).Text);
    }

    [Fact]
    public async Task Binary_data_of_any_size_passes_both_ways_unharmed()
    {
        await using var workstation = await UserAsync();
        foreach (var size in new[] { 0, 1, 32 * 1024 - 1, 32 * 1024, 65_537, 20_000_003 })
        {
            var bytes = RandomNumberGenerator.GetBytes(size);
            Assert.Equal(bytes, (await workstation.SshAsync(PipeSource.FromBytes(bytes), "pod--debian", "cat")).Quietly().Output);
        }
    }

    [Fact]
    public async Task The_last_bytes_of_a_command_reach_a_client_that_is_slow_to_take_them()
    {
        await using var workstation = await UserAsync();
        // The command ends long before this client has read its output.
        var read = await Run.ProgramAsync(
            "sh", ["-c", $"{workstation.SshCommand} root@{workstation.Host("pod--busybox")} 'seq 1 200000' | {{ sleep 3; tail -n 1; }}"],
            workstation.Environment);
        Assert.Equal("200000\n", read.Quietly().Text);
    }

    [Fact]
    public async Task What_kubectl_says_on_stderr_is_no_part_of_the_stream()
    {
        await using var workstation = await UserAsync();
        KubectlWrapper.Install(
            workstation,
            "(for i in 1 2 3 4 5 6 7 8; do echo \"W1123 12:00:00.000000  1 x.go:1] warning $i\" >&2; sleep 0.05; done) &\nexec $kubectl "
            + "\"$@\"");
        var bytes = RandomNumberGenerator.GetBytes(3_000_001);
        Assert.Equal(bytes, (await workstation.SshAsync(PipeSource.FromBytes(bytes), "pod--busybox", "cat")).Quietly().Output);
    }

    [Fact]
    public async Task A_stream_that_is_lost_with_exit_code_0_is_not_taken_for_its_end()
    {
        await using var workstation = await UserAsync();
        // kubernetes#73056: kubectl treats a lost connection as success, here after 400 KB each time.
        KubectlWrapper.Install(workstation, """
            case " $* " in *" exec "*) "$kubectl" "$@" | stdbuf -o0 head -c 400000; exit 0;; esac
            exec $kubectl "$@"
            """);
        var result = await workstation.SshAsync("pod--busybox", "head -c 1500000 /dev/zero");
        Assert.Equal(1_500_000, result.Quietly().Output.Length);
        FaultReport.GoesOn("exec stream lost with exit code 0, 4 times", result.Time);
    }

    [Fact]
    public async Task An_exec_that_never_returns_does_not_block_ssh()
    {
        await using var workstation = await UserAsync();
        // rke2#10237: the command has ended, but the stream stays open.
        KubectlWrapper.Install(workstation, """
            case " $* " in *" exec "*) "$kubectl" "$@"; exec sleep 1000;; esac
            exec $kubectl "$@"
            """);
        var result = await workstation.SshAsync("pod--busybox", "echo done");
        Assert.Equal("done\n", result.Quietly().Text);
        Assert.True(result.Time < FaultReport.Limit, $"{result.Time}");
    }

    [Fact]
    public async Task Of_a_client_that_vanishes_nothing_is_left_after_the_next_connection()
    {
        await cluster.CreatePodAsync("left-alone", "busybox:1");
        await using var workstation = await UserAsync();
        await using (var ssh = workstation.StartSsh($"root@{workstation.Host("pod--left-alone")}", "touch /tmp/here; sleep 1000"))
            await Eventually.HoldsAsync("the session is open",
                async () => (await cluster.ExecAsync("left-alone", "ls", "/tmp/here")).ExitCode == 0);
        // ssh and sshpod have been killed: for the container it is an outage, until this machine says that it was not.
        (await workstation.SshAsync("pod--left-alone", "true")).Quietly();
        await EndsAsync("left-alone");
    }

    [Fact]
    public async Task A_server_that_is_killed_ends_the_connection()
    {
        await cluster.CreatePodAsync("shot", "busybox:1");
        await using var workstation = await UserAsync();
        var session = workstation.SshAsync("pod--shot", "touch /tmp/here; sleep 1000");
        await Eventually.HoldsAsync("the session is open", async () => (await cluster.ExecAsync("shot", "ls", "/tmp/here")).ExitCode == 0);
        var since = Stopwatch.StartNew();
        (await cluster.ExecAsync("shot", "sh", "-c",
            "for p in /proc/[0-9]*; do case $(cat $p/cmdline 2>/dev/null) in sshd-session:*) kill -9 ${p#/proc/};; esac; done")).ToString();
        // An end in order for sshpod: ssh itself says that the other side has closed the connection.
        var ended = await session;
        Assert.Equal(255, ended.ExitCode);
        Assert.Contains("closed", ended.Error, StringComparison.OrdinalIgnoreCase);
        Assert.True(since.Elapsed < FaultReport.Limit, $"{since.Elapsed}");
    }

    [Fact]
    public async Task Clean_ends_its_sessions_too()
    {
        await cluster.CreatePodAsync("swept", "busybox:1");
        await using var workstation = await UserAsync();
        var session = workstation.SshAsync("pod--swept", "touch /tmp/here; sleep 1000");
        await Eventually.HoldsAsync("the session is open", async () => (await cluster.ExecAsync("swept", "ls", "/tmp/here")).ExitCode == 0);
        Assert.StartsWith("sshpod: cleaned", (await workstation.SshpodAsync("clean", "--all")).Successfully().Error,
            StringComparison.Ordinal);
        Assert.Equal(255, (await session).ExitCode);
        await EndsAsync("swept");
        Assert.NotEqual(0, (await cluster.ExecAsync("swept", "ls", "-d", "/tmp/sshpod")).ExitCode);
    }

    [Fact]
    public async Task Everything_else_of_ssh_works_too()
    {
        await using var workstation = await UserAsync();
        var login = new Login(workstation, "root", "pod--debian");
        await login.CopyThereAndBackAsync();
        Assert.StartsWith("/dev/pts/", await login.RunInTerminalAsync("tty"), StringComparison.Ordinal);
        await login.ForwardAgentAsync();
        Assert.Equal("app\n", await new Login(workstation, "app", "pod--debian").RunAsync("id -un"));
    }

    private Task EndsAsync(string pod) => Eventually.HoldsAsync("no process of ours is left", async () =>
        !(await cluster.ExecAsync(pod, "ps")).Text.Contains("sshd", StringComparison.Ordinal));

    private async Task<Workstation> UserAsync()
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TUNNEL"] = "exec";
        return workstation;
    }
}
