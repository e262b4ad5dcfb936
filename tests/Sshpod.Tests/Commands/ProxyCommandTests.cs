using System.Text;
using CliWrap;

namespace Sshpod.Tests.Commands;

public class ProxyCommandTests
{
    [Fact]
    public async Task A_connection_that_cannot_be_had_is_one_line_and_the_exit_code_of_ssh()
    {
        var (said, forSsh) = (new StringBuilder(), new StringBuilder());
        var result = await Cli.Wrap(BuiltProgram.Path).WithArguments(["proxy", "--host", "pad--x.sshpod"])
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(said)).WithStandardOutputPipe(PipeTarget.ToStringBuilder(forSsh))
            .WithValidation(CommandResultValidation.None).ExecuteAsync(TestContext.Current.CancellationToken);
        Assert.Equal(255, result.ExitCode);
        var line = Assert.Single($"{said}".Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("sshpod: ", line, StringComparison.Ordinal);
        Assert.Empty($"{forSsh}");
    }
}
