using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

public sealed class TerminalTests(TestCluster cluster)
{
    [Theory]
    [InlineData("pod--busybox")]
    [InlineData("pod--debian")]
    [InlineData("deployment--web")]
    [InlineData("job--batch")]
    public async Task A_terminal_follows_the_size_of_the_window(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var terminal = await TmuxTerminal.StartAsync(
            workstation, 90, 30, $"{workstation.SshCommand} -tt root@{workstation.Host(target)}");

        await terminal.WaitForAsync("[#$] *$");
        await terminal.TypeAsync("stty size");
        await terminal.WaitForAsync("^30 90");
        await terminal.ResizeAsync(120, 40);
        await terminal.TypeAsync("stty size");
        await terminal.WaitForAsync("^40 120");
        await terminal.TypeAsync("tty; exit 7");
        await terminal.WaitForAsync("^/dev/pts/");
        await terminal.WaitForAsync("exit status 7");
    }
}
