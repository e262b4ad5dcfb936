using System.Diagnostics;
using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class ProgressTerminalTests
{
    private const string Script = "/usr/bin/script";

    [Fact]
    public async Task A_terminal_is_raw_while_its_line_editing_is_off()
    {
        await InTerminalAsync("stty rows 24 columns 100; read -r _; stty raw; echo now raw; sleep 60", async (script, terminal) =>
        {
            Assert.False(terminal.IsRaw);
            // Another process is in its foreground.
            Assert.False(terminal.IsOurs);
            await TypeAsync(script, "go\n");
            await LineAsync(script, "now raw");
            Assert.Equal((true, 24, 100), (terminal.IsRaw, terminal.Rows, terminal.Columns));
        });
    }

    [Fact]
    public async Task A_terminal_that_the_user_has_stopped_is_not_waited_for()
    {
        const string stop = "\u0013", start = "\u0011";
        await InTerminalAsync("stty -echo ixon; echo ready; sleep 60", async (script, terminal) =>
        {
            await LineAsync(script, "ready");
            Assert.True(terminal.TryWrite("before\r\n"));
            await TypeAsync(script, stop);
            await UntilAsync(() => !terminal.TryWrite("."));
            await TypeAsync(script, start);
            await UntilAsync(() => terminal.TryWrite("\r\nafter\r\n"));
            await LineAsync(script, "after");
        });
    }

    // In a terminal of its own, in which a shell runs the commands.
    private static async Task InTerminalAsync(string commands, Func<Process, ProgressTerminal, Task> test)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Script), "needs script(1) of Linux");
        using var script = Process.Start(new ProcessStartInfo(Script, ["-qec", $"tty; {commands}", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var path = (await LineAsync(script, "/dev/pts/")).Trim();
            using var terminal = new ProgressTerminal(File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
            // Whoever waits for a terminal waits for ever.
            await test(script, terminal).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }
        finally
        {
            script.Kill(entireProcessTree: true);
            await script.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task TypeAsync(Process script, string keys)
    {
        await script.StandardInput.WriteAsync(keys);
        await script.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
    }

    private static async Task<string> LineAsync(Process process, string beginning)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (line.TrimStart().StartsWith(beginning, StringComparison.Ordinal))
                return line;
        throw new EndOfStreamException(beginning);
    }
}
