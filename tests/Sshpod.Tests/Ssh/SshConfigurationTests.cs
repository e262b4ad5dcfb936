using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class SshConfigurationTests
{
    [Theory]
    [InlineData("/usr/local/bin/sshpod", "ProxyCommand '/usr/local/bin/sshpod' proxy --host %n --user %r")]
    [InlineData("/opt/my tools/sshpod", "ProxyCommand '/opt/my tools/sshpod' proxy --host %n --user %r")]
    [InlineData("/opt/it's/100%/sshpod", @"ProxyCommand '/opt/it'\''s/100%%/sshpod' proxy --host %n --user %r")]
    public void The_program_is_written_so_that_ssh_and_the_shell_leave_it_as_it_is(string program, string line) =>
        Assert.Contains(line, SshConfiguration.Block(program));
}
