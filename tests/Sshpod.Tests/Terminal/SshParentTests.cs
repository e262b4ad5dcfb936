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
    public void A_users_ssh_may_show_progress(string arguments) => Assert.True(Parent(arguments).IsForUser);

    [Theory]
    [InlineData("-q host")]
    [InlineData("-tq host")]
    [InlineData("host -q")]
    [InlineData("-v host")]
    [InlineData("-o LogLevel=QUIET host")]
    [InlineData("-ologlevel=error host")]
    [InlineData("-oBatchMode=yes host")]
    public void One_that_is_to_be_quiet_or_is_loud_itself_shows_none(string arguments) => Assert.False(Parent(arguments).IsForUser);

    [Fact]
    public void One_that_a_program_drives_shows_none() => Assert.False((Parent("host") with { HasTerminal = false }).IsForUser);

    private static SshParent Parent(string arguments) =>
        new(arguments.Split(' '), HasTerminal: true, StderrIsTerminal: true, HasTakenStderr: false);
}
