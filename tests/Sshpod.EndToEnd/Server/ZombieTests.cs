using System.Diagnostics;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Server;

/// <summary>
/// The container's first process is <c>sleep</c> here, which, like most applications, reaps nobody: orphans stay in the process table for
/// as long as the container lives.
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ZombieTests(TestCluster cluster)
{
    // State, parent and name of all processes except those of the listing itself.
    private const string Processes =
        "for p in /proc/[0-9]*; do [ $p = /proc/$$ ] || { read -r _ name state parent _ <$p/stat && echo \"$state $parent $name\"; }; "
        + "done 2>/dev/null";

    // Exits when nobody reads its output.
    private const string Session = "echo > /tmp/here; while echo; do sleep 0.1; done";

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task Connections_and_servers_that_ended_leave_no_zombies(string tunnel)
    {
        var (pod, before) = await PodAsync();
        await using var workstation = await UserAsync(tunnel, idle: 1);
        for (var i = 0; i < 10; i++)
        {
            (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();
            (await workstation.SshAsync($"pod--{pod}", "(sleep 0.2 &) | cat; sh -c 'sleep 0.3 &' >/dev/null 2>&1")).Quietly();
            await IsAsBeforeAsync(pod, before);
        }
    }

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task Clients_that_were_killed_leave_the_process_table_as_it_was(string tunnel)
    {
        var (pod, before) = await PodAsync();
        await using var workstation = await UserAsync(tunnel, idle: 1);
        foreach (var victim in new[] { "ssh", "sshpod", "ssh" })
        {
            await using var ssh = Start(workstation, pod);
            await Eventually.HoldsAsync("the session is open", async () => (await cluster.ExecAsync(pod, "rm", "/tmp/here")).ExitCode == 0);
            if (victim == "ssh")
                Process.GetProcessById(ssh.ProcessId).Kill();
            else
            {
                Process.GetProcessById(ssh.ProcessId).Kill(entireProcessTree: true);
                // The session is paused until this machine says that nobody will come back for it.
                (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();
            }
            await IsAsBeforeAsync(pod, before);
        }
    }

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task Clean_leaves_the_process_table_as_it_was(string tunnel)
    {
        var (pod, before) = await PodAsync();
        await using var workstation = await UserAsync(tunnel, idle: 600);
        for (var i = 0; i < 2; i++)
        {
            await using var ssh = Start(workstation, pod);
            await Eventually.HoldsAsync("the session is open", async () => (await cluster.ExecAsync(pod, "rm", "/tmp/here")).ExitCode == 0);
            (await workstation.SshpodAsync("clean", workstation.Host($"pod--{pod}"))).Successfully();
            await IsAsBeforeAsync(pod, before);
        }
    }

    [Fact]
    public async Task What_was_left_running_survives_the_server_and_keeps_it_no_longer()
    {
        var (pod, before) = await PodAsync();
        await using var workstation = await UserAsync("port-forward", idle: 1);
        (await workstation.SshAsync($"pod--{pod}", "nohup sleep 1000 >/dev/null 2>&1 &")).Quietly();
        await IsAsBeforeAsync(pod, before + "\nS 1 (sleep)");
        (await workstation.SshAsync($"pod--{pod}", "true")).Quietly();
        await IsAsBeforeAsync(pod, before + "\nS 1 (sleep)");
    }

    private async Task<(string Pod, string Processes)> PodAsync()
    {
        var pod = $"unreaped-{Guid.NewGuid():N}"[..20];
        await cluster.CreatePodAsync(pod, "busybox:1", "command: [sleep, infinity]");
        return (pod, await InContainerAsync(pod));
    }

    private async Task<Workstation> UserAsync(string tunnel, int idle)
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_IDLE"] = $"{idle}";
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        return workstation;
    }

    private static RunningProgram Start(Workstation workstation, string pod) => new(
        "ssh", ["-F", workstation.SshConfig, $"root@{workstation.Host($"pod--{pod}")}", Session], workstation.Environment,
        output: PipeTarget.ToStream(Stream.Null));

    private async Task IsAsBeforeAsync(string pod, string before)
    {
        var now = "";
        try
        {
            await Eventually.HoldsAsync("nothing remains", async () => (now = await InContainerAsync(pod)) == before);
        }
        catch (TimeoutException)
        {
            Assert.Equal(before, now);
        }
    }

    private async Task<string> InContainerAsync(string pod) =>
        string.Join('\n', (await cluster.ExecAsync(pod, "sh", "-c", Processes)).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal));
}
