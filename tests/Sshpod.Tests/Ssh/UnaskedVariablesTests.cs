using System.Text;
using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class UnaskedVariablesTests
{
    [Fact]
    public void The_server_is_told_what_systems_send_and_nothing_else() =>
        Assert.Equal("sshpod-unasked LANG=de_DE.UTF-8 LC_TIME= NO_COLOR=1\n",
            Line(("NO_COLOR", "1"), ("LC_TICKET", "secret"), ("LC_TIME", ""), ("LANG", "de_DE.UTF-8"),
                ("TOKEN", "secret"), ("HOME", "/root")));

    [Fact]
    public void Without_unasked_variables_no_line_is_sent() => Assert.Equal("", Line(("TERM", "xterm")));

    [Theory]
    [InlineData("de DE")]
    [InlineData("de\nSSH-2.0-me")]
    [InlineData("größe")]
    public void A_value_that_is_not_a_locale_is_not_sent(string value) =>
    Assert.Equal("sshpod-unasked LC_ALL=C\n", Line(("LANG", value), ("LC_ALL", "C")));

    [Fact]
    public void The_line_is_one_that_the_server_reads_whole() =>
        Assert.True(UnaskedVariables.Line(name => new string('x', name.Length + 100)).Length is > 1000 and < 8192);

    private static string Line(params (string Name, string Value)[] variables) => Encoding.ASCII.GetString(
        UnaskedVariables.Line(name => variables.FirstOrDefault(variable => variable.Name == name).Value).Span);
}
