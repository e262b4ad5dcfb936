using System.CommandLine;
using Sshpod.Commands;

namespace Sshpod.Tests.Commands;

public class CommandLineTests
{
    [Theory]
    [InlineData("hepl", "sshpod has no command \"hepl\"; did you mean \"help\"?")]
    [InlineData("conf", "sshpod has no command \"conf\"; did you mean \"configure\"?")]
    [InlineData("something-else", "sshpod has no command \"something-else\"; sshpod help lists them")]
    [InlineData("--verison", "sshpod has no option \"--verison\"; did you mean \"--version\"?")]
    [InlineData("clean --al", "sshpod clean has no option \"--al\"; did you mean \"--all\"?")]
    [InlineData("clean pod--a.sshpod pod--b.sshpod", "\"pod--b.sshpod\" is one argument too many for sshpod clean; see sshpod help clean")]
    [InlineData("proxy", "option '--host' is required; see sshpod help proxy")]
    [InlineData("root@pod--web.sshpod", "\"root@pod--web.sshpod\" is a host name, not a command; run ssh root@pod--web.sshpod")]
    public void A_wrong_command_line_is_one_line_with_what_was_probably_meant(string line, string says) =>
        Assert.Equal(says, UsageError.Find(CommandLine.Create().Parse(line.Split(' ')))?.Line);

    [Theory]
    [InlineData("clean --all")]
    [InlineData("proxy --host pod--web.sshpod --user -r")]
    [InlineData("help clean")]
    [InlineData("clean --help")]
    public void A_valid_command_line_is_not_corrected(string line) =>
        Assert.Null(UsageError.Find(CommandLine.Create().Parse(line.Split(' '))));

    [Fact]
    public void Help_explains_each_command_in_a_line_that_fits()
    {
        var root = CommandLine.Create();
        var help = Print(root, "help").Split('\n');

        Assert.All(
            root.Subcommands, command => Assert.Single(help, line => line.StartsWith($"  {command.Name} ", StringComparison.Ordinal)
                && line.EndsWith(command.Description!, StringComparison.Ordinal)));
        Assert.All(help, line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Help_about_a_command_is_what_its_help_option_prints() => Assert.All(CommandLine.Create().Subcommands, command =>
    {
        var help = Print(CommandLine.Create(), "help", command.Name);
        Assert.Contains($"sshpod {command.Name}", help, StringComparison.Ordinal);
        Assert.Equal(Print(CommandLine.Create(), command.Name, "--help"), help);
    });

    private static string Print(RootCommand root, params string[] arguments)
    {
        using var output = new StringWriter();
        Assert.Equal(0, root.Parse(arguments).Invoke(new InvocationConfiguration { Output = output }));
        return output.ToString();
    }
}
