using Sshpod.Doctor;

namespace Sshpod.Tests.Doctor;

public class SshProxyCommandTests
{
    [Theory]
    [InlineData("'/usr/bin/sshpod' proxy --host %n --user %r", "/usr/bin/sshpod")]
    [InlineData(@"'/home/o'\''neil/my tools/sshpod' proxy --host %n --user %r", "/home/o'neil/my tools/sshpod")]
    [InlineData("\"C:/Program Files/sshpod.exe\" proxy --host %n --user %r --shared", "C:/Program Files/sshpod.exe")]
    [InlineData("exec sshpod proxy --host %n", "sshpod")]
    [InlineData("'/100%%/sshpod' proxy --host %n --user %r", "/100%/sshpod")]
    [InlineData("nc %h %p", null)]
    [InlineData("corkscrew proxy 8080 %h %p", null)]
    [InlineData("'/usr/bin/sshpod' proxy --host %h --user %r --port %p", "/usr/bin/sshpod")]
    [InlineData("proxy --host %n", null)]
    [InlineData("", null)]
    public void The_program_of_our_line_is_found_and_other_lines_are_not_ours(string line, string? program) =>
        Assert.Equal(program, SshProxyCommand.Parse(line)?.Program);
}
