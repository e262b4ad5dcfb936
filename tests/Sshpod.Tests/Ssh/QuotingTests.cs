using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Tests.Ssh;

public class QuotingTests
{
    [Theory]
    [InlineData(ClientKind.Unix, "/usr/local/bin/sshpod", "/usr/local/bin/sshpod")]
    [InlineData(ClientKind.Unix, "/home/jürgen@firma/sshpod", "/home/jürgen@firma/sshpod")]
    [InlineData(ClientKind.Unix, "/opt/my tools/sshpod", "\"/opt/my tools/sshpod\"")]
    [InlineData(ClientKind.Unix, "/opt/it's/100%/$HOME/`x/a\"b/sshpod", "\"/opt/it's/100%%/\\$HOME/\\`x/a\\\"b/sshpod\"")]
    [InlineData(ClientKind.Wsl, "/mnt/c/Program Files/sshpod/sshpod.exe", "\"/mnt/c/Program Files/sshpod/sshpod.exe\"")]
    [InlineData(ClientKind.Windows, @"C:\Users\me\sshpod.exe", "C:/Users/me/sshpod.exe")]
    [InlineData(ClientKind.Windows, @"C:\Program Files\sshpod\sshpod.exe", "\"C:/Program Files/sshpod/sshpod.exe\"")]
    [InlineData(ClientKind.Windows, @"C:\100%\sshpod.exe", "C:/100%%/sshpod.exe")]
    [InlineData(ClientKind.Windows, @"\\server\share\sshpod.exe", "//server/share/sshpod.exe")]
    [InlineData(ClientKind.GitBash, @"C:\Program Files\sshpod\sshpod.exe", "\"C:/Program Files/sshpod/sshpod.exe\"")]
    [InlineData(ClientKind.GitBash, @"C:\Users\$me\`x\sshpod.exe", "\"C:/Users/\\$me/\\`x/sshpod.exe\"")]
    public void The_program_is_written_so_that_ssh_and_the_shell_leave_it_as_it_is(ClientKind kind, string program, string word)
    {
        var block = $"{new ConfigurationBlock(program, kind, new ConfigurationOptions())}";
        Assert.Contains($"\n    ProxyCommand {word} proxy --host %n\n", block);
        Assert.Contains($"\n    ProxyCommand {word} proxy --host %h\n", block);
    }

    [Theory]
    [InlineData(ClientKind.Unix, "/home/me and you/100%", "\"/home/me and you/100%%\"")]
    [InlineData(ClientKind.Unix, "/home/it's", "\"/home/it's\"")]
    [InlineData(ClientKind.Wsl, "/home/me", "/home/me")]
    [InlineData(ClientKind.Windows, @"C:\Users\Me Too\AppData", "\"C:/Users/Me Too/AppData\"")]
    [InlineData(ClientKind.GitBash, @"C:\Users\Me\AppData", "C:/Users/Me/AppData")]
    public void The_path_of_a_file_is_written_so_that_ssh_leaves_it_as_it_is(ClientKind kind, string path, string argument) =>
        Assert.Equal(argument, Quoting.Option(path, kind));

    [Fact]
    public void A_login_name_stands_in_no_command() =>
        Assert.DoesNotContain("%r", $"{new ConfigurationBlock("/bin/sshpod", ClientKind.Unix, new ConfigurationOptions())}");

    [Fact]
    public void A_path_with_a_double_quote_is_told() =>
        Assert.Contains("double quote", Assert.Throws<SshpodException>(() => Quoting.Option("/home/\"me\"", ClientKind.Unix)).Message);

    [Theory]
    [InlineData(ClientKind.Unix, true)]
    [InlineData(ClientKind.Wsl, true)]
    [InlineData(ClientKind.Windows, false)]
    [InlineData(ClientKind.GitBash, false)]
    public void Connections_are_shared_where_ssh_can(ClientKind kind, bool shared)
    {
        var block = $"{new ConfigurationBlock("/bin/sshpod", kind, new ConfigurationOptions())}";
        Assert.Equal(shared, block.Contains("ControlMaster auto"));
        Assert.Equal(shared, block.Contains("Match originalhost *.sshpod,*.sshpod.,!*[.]* exec \"/bin/sshpod share --host %n\"\n"));
        Assert.DoesNotContain("ControlMaster", $"{new ConfigurationBlock("/bin/sshpod", kind, new ConfigurationOptions(Sharing: false))}");
    }

    [Fact]
    public void Where_the_path_of_a_socket_would_be_too_long_connections_are_not_shared_and_the_reason_is_told()
    {
        Assert.Null(ControlPath.WhyNot("/bin/sshpod", "/home/somebody/.cache/sshpod/c"));
        // 45 bytes of directory, a slash, 40 of %C and 17 that ssh adds make 103.
        Assert.Null(ControlPath.WhyNot("/bin/sshpod", "/" + new string('d', 44)));
        Assert.Contains("1 bytes too long", ControlPath.WhyNot("/bin/sshpod", "/" + new string('d', 45)));
        Assert.Contains("3 bytes too long", ControlPath.WhyNot("/bin/sshpod", "/" + new string('é', 23) + "d"));
        Assert.Contains("has a quote", ControlPath.WhyNot("/it's/sshpod", "/c"));
    }
}
