using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Commands;

[Trait(Suites.Name, Suites.Once)]
public sealed class HelpTests(TestCluster cluster)
{
    [Fact]
    public async Task Without_a_command_sshpod_explains_itself()
    {
        await using var workstation = Workstation.Bare(cluster);
        var help = (await workstation.SshpodAsync("help")).Quietly().Text;

        Assert.Contains("  configure ", help, StringComparison.Ordinal);
        Assert.Equal(help, (await workstation.SshpodAsync()).Quietly().Text);
        Assert.Equal(help, (await workstation.SshpodAsync("--help")).Quietly().Text);
        Assert.Contains("--ssh-config", (await workstation.SshpodAsync("help", "configure")).Quietly().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hepl")]
    [InlineData("help", "hepl")]
    public async Task A_misspelled_command_is_one_line_with_the_right_one(params string[] arguments)
    {
        await using var workstation = Workstation.Bare(cluster);
        var result = await workstation.SshpodAsync(arguments);
        Assert.Equal((2, "", "sshpod: sshpod has no command \"hepl\"; did you mean \"help\"?\n"),
            (result.ExitCode, result.Text, result.Error));
    }
}
