using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class SshParentTests
{
    [Theory]
    [InlineData("host")]
    [InlineData("-p 22 host ls -q")]
    [InlineData("-l -q host")]
    [InlineData("-oUser=-q host -- -q")]
    [InlineData("-tt -F /q host")]
    public void A_users_interactive_ssh_shows_progress(string arguments) => Assert.True(Parent(arguments).IsForUser);

    [Theory]
    [InlineData("-q host")]
    [InlineData("-tq host")]
    [InlineData("host -q")]
    [InlineData("-v host")]
    [InlineData("-o LogLevel=QUIET host")]
    [InlineData("-ologlevel=error host")]
    [InlineData("-oBatchMode=yes host")]
    public void A_quiet_verbose_or_batch_ssh_shows_no_progress(string arguments) => Assert.False(Parent(arguments).IsForUser);

    [Fact]
    public void An_ssh_run_by_a_program_shows_no_progress() => Assert.False((Parent("host") with { HasTerminal = false }).IsForUser);

    [Theory]
    [InlineData("7 (ssh) S 5 7 5 34816 7 4194560 1", true)]
    [InlineData("7 (ss) h 1 (x) S 5 7 5 34816 7 4194560 1", true)]
    [InlineData("7 (ssh) S 5 7 5 34816 5 4194560 1", false)]
    [InlineData("7 (ssh) S 5 7 5 0 -1 4194560 1", false)]
    [InlineData("", false)]
    public void Ssh_is_in_the_foreground_if_its_group_is_that_of_its_terminal(string status, bool isIt) =>
        Assert.Equal(isIt, SshParent.IsForeground(status));

    private static SshParent Parent(string arguments) =>
        new(arguments.Split(' '), HasTerminal: true, StderrIsTerminal: true, HasTakenStderr: false);
}
