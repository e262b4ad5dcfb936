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

    private static SshParent Parent(string arguments) =>
        new(arguments.Split(' '), HasTerminal: true, StderrIsTerminal: true, HasTakenStderr: false);
}
