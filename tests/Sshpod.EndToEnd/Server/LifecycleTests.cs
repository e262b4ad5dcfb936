using System.Diagnostics;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Server;

public sealed class LifecycleTests(TestCluster cluster)
{
    [Fact]
    public async Task The_server_leaves_when_idle_and_what_was_left_running_stays()
    {
        await cluster.CreatePodAsync("idle", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_IDLE"] = "2";
        (await workstation.SshAsync("pod--idle", "nohup sleep 1000 >/dev/null 2>&1 &")).Quietly();

        await Eventually.HoldsAsync("the server has left",
            async () => !(await cluster.ExecAsync("idle", "ps")).Text.Contains("sshd", StringComparison.Ordinal));
        Assert.Contains("sleep 1000", (await cluster.ExecAsync("idle", "ps")).Text, StringComparison.Ordinal);
        (await workstation.SshAsync("pod--idle", "true")).Quietly();
    }

    [Fact]
    public async Task The_server_exits_even_if_a_client_vanished_once_that_client_has_come_again()
    {
        await cluster.CreatePodAsync("vanished", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_IDLE"] = "2";
        await using (var ssh = workstation.StartSsh($"root@{workstation.Host("pod--vanished")}", "touch /tmp/here; sleep 1000"))
        {
            await Eventually.HoldsAsync("the session is open",
                async () => (await cluster.ExecAsync("vanished", "ls", "/tmp/here")).ExitCode == 0);
            foreach (var process in Descendants(ssh.ProcessId).Append(ssh.ProcessId))
                Kill(process);
        }
        (await workstation.SshAsync("pod--vanished", "true")).Quietly();
        await Eventually.HoldsAsync("the server has left",
            async () => !(await cluster.ExecAsync("vanished", "ps")).Text.Contains("sshd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task When_ssh_is_killed_its_helpers_are_gone_within_two_seconds()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var ssh = workstation.StartSsh(
            $"root@{workstation.Host("pod--busybox")}", $"touch /tmp/{cluster.Namespace}; sleep 1000");
        await Eventually.HoldsAsync("the session is open",
            async () => (await cluster.ExecAsync("busybox", "ls", $"/tmp/{cluster.Namespace}")).ExitCode == 0);
        var helpers = Descendants(ssh.ProcessId).ToArray();
        Assert.NotEmpty(helpers);

        Kill(ssh.ProcessId);

        var watch = Stopwatch.StartNew();
        await Eventually.HoldsAsync("the helpers are gone", () => !helpers.Any(Runs));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"{watch.Elapsed}");
    }

    [Fact]
    public async Task While_connected_no_port_listens_on_the_client_but_one_of_kubectl_on_127_0_0_1()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var ssh = workstation.StartSsh(
            $"root@{workstation.Host("pod--busybox")}", $"touch /tmp/{cluster.Namespace}-ports; sleep 1000");
        await Eventually.HoldsAsync("the session is open",
            async () => (await cluster.ExecAsync("busybox", "ls", $"/tmp/{cluster.Namespace}-ports")).ExitCode == 0);

        var ports = Descendants(ssh.ProcessId).Append(ssh.ProcessId).SelectMany(Listening).ToArray();

        if (Environment.GetEnvironmentVariable("SSHPOD_TRANSPORT") == "kubectl")
            Assert.Equal("0100007F", Assert.Single(ports));
        else
            Assert.Empty(ports);
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("99999999999")]
    public async Task An_invalid_idle_time_is_reported(string value)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_IDLE"] = value;
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains($"sshpod: SSHPOD_IDLE is \"{value}\"", result.Error, StringComparison.Ordinal);
    }

    /// <summary>The addresses that a process listens on, as the kernel writes them.</summary>
    private static IEnumerable<string> Listening(int process)
    {
        var sockets = Directory.GetFiles($"/proc/{process}/fd").Select(file => new FileInfo(file).LinkTarget).ToHashSet();
        // "0: 0100007F:A5CF 00000000:0000 0A …", where 0A is LISTEN and the tenth word is the inode.
        return File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[3] == "0A" && sockets.Contains($"socket:[{words[9]}]")).Select(words => words[1].Split(':')[0]);
    }

    private static IEnumerable<int> Descendants(int parent)
    {
        var children = Directory.GetDirectories("/proc").Select(Path.GetFileName)
            .Where(name => int.TryParse(name, out _)).Select(int.Parse!)
            .Where(process => ParentOf(process) == parent).ToArray();
        return children.Concat(children.SelectMany(Descendants));
    }

    // /proc/PID/stat: the fields after the last parenthesis are state and parent.
    private static string[] StatOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return ["gone", "0"];
        }
    }

    private static int ParentOf(int process) => int.Parse(StatOf(process)[1], System.Globalization.CultureInfo.InvariantCulture);

    private static bool Runs(int process) => StatOf(process)[0] is not ("gone" or "Z" or "X");

    private static void Kill(int process)
    {
        try
        {
            Process.GetProcessById(process).Kill();
        }
        catch (ArgumentException)
        {
            // It has exited.
        }
    }
}
