using CsCheck;
using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class SshpodExceptionTests
{
    [Fact]
    public void A_message_and_its_hint_are_one_line() =>
        Assert.Equal("no pod \"x\"; look again", new SshpodException("no pod \"x\"", "look again").Line);

    [Theory]
    [InlineData("cannot reach it: Connection reset by peer.", "cannot reach it: Connection reset by peer; check your VPN")]
    [InlineData("wait for more...", "wait for more...; check your VPN")]
    [InlineData("cannot read /tmp/.", "cannot read /tmp/.; check your VPN")]
    [InlineData(".", ".; check your VPN")]
    public void The_full_stop_of_a_message_from_elsewhere_does_not_stand_before_the_hint(string message, string line) =>
        Assert.Equal(line, new SshpodException(message, "check your VPN").Line);

    [Fact]
    public void A_failure_ends_with_the_exit_code_that_ssh_has_for_its_own() => Assert.Equal(255, SshpodException.ExitCode);

    [Fact]
    public void Text_from_elsewhere_cannot_break_the_line_or_drive_the_terminal() =>
        Gen.String.Sample(text => !new SshpodException(text, "\u001b[2Jhint").Line.Any(char.IsControl));
}
