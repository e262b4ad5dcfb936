using CliWrap;
using CliWrap.Buffered;

namespace Sshpod.Tests.Terminal;

public sealed class LogTests : IDisposable
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("sshpod-log-");

    public void Dispose() => _home.Delete(recursive: true);

    // ssh prints why a server disconnects. It would say so twice, if our stderr were read.
    [Theory]
    [InlineData("/dev/null", true)]
    [InlineData("file", false)]
    public async Task A_proxy_of_a_shared_connection_tells_ssh_itself_where_nobody_reads_its_stderr(string stderr, bool tells)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "there NUL cannot be told from other files");
        var run = await Cli.Wrap("/bin/sh")
            .WithArguments(["-c", "exec \"$0\" proxy --shared --host pad--x.sshpod </dev/null 2>\"$1\"", BuiltProgram.Path, stderr])
            .WithWorkingDirectory(_home.FullName)
            .WithEnvironmentVariables(new Dictionary<string, string?>
            {
                ["HOME"] = _home.FullName,
                ["XDG_CACHE_HOME"] = null,
                ["XDG_CONFIG_HOME"] = null,
                ["SSHPOD_LOG"] = null,
            })
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(TestContext.Current.CancellationToken);
        Assert.Equal(255, run.ExitCode);
        Assert.Equal(tells, run.StandardOutput.StartsWith("SSH-2.0-sshpod\r\n", StringComparison.Ordinal));
        Assert.Equal(!tells, run.StandardOutput.Length == 0);
    }
}
