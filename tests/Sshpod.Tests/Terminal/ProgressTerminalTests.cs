using System.Diagnostics;
using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class ProgressTerminalTests
{
    private const string Script = "/usr/bin/script";

    [Fact]
    public async Task A_terminal_is_raw_while_its_line_editing_is_off()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Script), "needs script(1) of Linux");
        // A terminal of its own, which changes its settings with each line that it gets.
        using var script = Process.Start(new ProcessStartInfo(Script,
            ["-qec", "tty; stty rows 24 columns 100; read -r _; stty raw; echo now raw; sleep 60", "/dev/null"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        try
        {
            var path = (await LineAsync(script, "/dev/pts/")).Trim();
            using var terminal = new ProgressTerminal(File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite));
            Assert.False(terminal.IsRaw);
            // Another process is in its foreground.
            Assert.False(terminal.IsOurs);
            await script.StandardInput.WriteLineAsync("go");
            await script.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
            await LineAsync(script, "now raw");
            Assert.Equal((true, 24, 100), (terminal.IsRaw, terminal.Rows, terminal.Columns));
        }
        finally
        {
            script.Kill(entireProcessTree: true);
            await script.WaitForExitAsync(CancellationToken.None);
        }
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
