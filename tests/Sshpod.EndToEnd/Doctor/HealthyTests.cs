using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Doctor;

public sealed class HealthyTests(TestCluster cluster)
{
    private static readonly string Documentation = File.ReadAllText(
        Path.Combine(AppContext.BaseDirectory, "../../../../../docs/doctor.md"));

    [Theory]
    [InlineData("pod--busybox")]
    [InlineData("deployment--web")]
    [InlineData("job--batch")]
    public async Task Where_ssh_works_every_hop_is_ok(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var run = await DoctorRun.RunAsync(workstation, $"root@{workstation.Host(target)}");
        Assert.True(run.ExitCode == 0 && run.Checks.Values.All(check => check.Outcome == "ok"), $"{run}");
        Assert.Contains($"ssh root@{workstation.Host(target)} works", run.Checks["login"].Text, StringComparison.Ordinal);
        Assert.All(run.Checks.Keys, name => Assert.Contains($"| `{name}` |", Documentation, StringComparison.Ordinal));
        Assert.Equal("in\n", (await workstation.SshAsync(target, "echo in")).Quietly().Text);
    }

    [Fact]
    public async Task Without_a_host_only_what_all_hosts_share_is_checked()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var run = await DoctorRun.RunAsync(workstation);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            ["ssh", "settings", "configuration", "key", "kubeconfig", "context", "transport", "credentials", "proxy", "api-server",
                "rights-pods", "rights-exec", "rights-port-forward"], run.Checks.Keys);
    }

    [Fact]
    public async Task Without_connecting_nothing_is_put_into_the_container_and_nothing_is_started()
    {
        await cluster.CreatePodAsync("looked-at", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var before = await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host("pod--looked-at"));
        Assert.Equal((0, "/tmp/sshpod", "server"), (before.ExitCode, before.Checks["directory"].Text, before.Checks.Keys.Last()));
        Assert.StartsWith("is not installed yet", before.Checks["server"].Text, StringComparison.Ordinal);
        Assert.Equal("", (await cluster.ExecAsync("looked-at", "sh", "-c", "ls -d /tmp/sshpod 2>/dev/null; ps | grep [s]shd")).Text);

        (await workstation.SshAsync("pod--looked-at", "true")).Quietly();
        var running = await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host("pod--looked-at"));
        Assert.Matches("^runs on port [0-9]+: OpenSSH [0-9]", running.Checks["server"].Text);
        (await cluster.ExecAsync("looked-at", "sh", "-c", "kill -9 $(cat /tmp/sshpod/*/*/lock.server)")).Successfully();
        var killed = await DoctorRun.RunAsync(workstation, "--no-connect", workstation.Host("pod--looked-at"));
        Assert.StartsWith("is installed but not running: OpenSSH ", killed.Checks["server"].Text, StringComparison.Ordinal);
        Assert.StartsWith("started on port",
            (await DoctorRun.RunAsync(workstation, workstation.Host("pod--looked-at"))).Checks["start"].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_the_words_have_colours_and_NO_COLOR_takes_them_away()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // The test runner may set it.
        workstation.Environment["NO_COLOR"] = null;
        var line = $"{Workstation.Program} doctor -F {workstation.SshConfig}";
        await using (var terminal = await TmuxTerminal.StartAsync(workstation, 160, 40, $"{line} | cat; {line}"))
        {
            await terminal.WaitForAsync("^exit status 0$");
            var screen = (await terminal.ScreenAsync(withColours: true)).Split('\n')
                .Where(text => text.Contains("OpenSSH", StringComparison.Ordinal)).ToArray();
            Assert.StartsWith("ok       ssh ", screen[0], StringComparison.Ordinal);
            Assert.Matches("^\e\\[32mok\e\\[[0-9;]*m       ssh ", screen[1]);
        }
        workstation.Environment["NO_COLOR"] = "1";
        await using var plain = await TmuxTerminal.StartAsync(workstation, 160, 40, line);
        await plain.WaitForAsync("^exit status 0$");
        Assert.DoesNotContain("\e[32m", await plain.ScreenAsync(withColours: true), StringComparison.Ordinal);
    }
}
