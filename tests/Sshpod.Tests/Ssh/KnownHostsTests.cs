using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class KnownHostsTests
{
    [Theory]
    [InlineData("pod--x.sshpod")]
    [InlineData("POD--X.sshpod.")]
    [InlineData("context--My_Context.pod--x.sshpod")]
    [InlineData("aux.sshpod")]
    public void A_host_name_has_a_file_as_ssh_calls_it(string host) =>
        Assert.Equal(Path.Combine(KnownHosts.Directory, KnownHosts.NameForSsh.Replace("%n", host)), KnownHosts.FileOf(host));

    [Theory]
    [InlineData("")]
    [InlineData("../x.sshpod")]
    [InlineData("/etc/x.sshpod")]
    [InlineData(@"..\x.sshpod")]
    [InlineData("x:y.sshpod")]
    [InlineData("x y.sshpod")]
    [InlineData("x\n.sshpod")]
    [InlineData("x%n.sshpod")]
    [InlineData("\u00fc.sshpod")]
    public void A_host_name_that_is_unsafe_as_a_file_name_gets_no_file(string host) => Assert.Null(KnownHosts.FileOf(host));

    [Fact]
    public void The_name_of_a_file_that_is_being_written_is_not_too_long()
    {
        var longest = Enumerable.Range(1, 300).Select(length => KnownHosts.FileOf(new string('x', length))).OfType<string>().Last();
        Assert.InRange($"{Path.GetFileName(longest)}.{int.MaxValue}.{Guid.Empty:N}".Length, 200, 255);
    }

    [Theory]
    [InlineData(ClientKind.Unix)]
    [InlineData(ClientKind.Wsl)]
    [InlineData(ClientKind.Windows)]
    [InlineData(ClientKind.GitBash)]
    public void Only_OpenSSH_is_told_of_the_files_about_one_host(ClientKind kind)
    {
        var block = $"{new ConfigurationBlock("/bin/sshpod", kind, new ConfigurationOptions())}";
        // In capitals, since other clients distinguish case.
        var blocks = block[block.IndexOf("\nMatch originalhost *.SSHPOD,", StringComparison.Ordinal)..].Split("\n\n", 2);
        var file = Quoting.Option(KnownHosts.File, kind);
        Assert.Contains($"\n    UserKnownHostsFile {file} {Quoting.Option(KnownHosts.Directory, kind)}/of-%n", blocks[0]);
        Assert.Contains($"\n    UserKnownHostsFile {file}\n", blocks[1]);
        Assert.DoesNotContain("of-%n", blocks[1]);
        Assert.Equal(1, block.Split("of-%n").Length - 1);
    }

    [Fact]
    public void Tokens_stand_within_the_quotes_and_percent_signs_of_the_path_are_none() =>
        Assert.Equal("\"/home/me too/%%n/of-%n\"", Quoting.Option("/home/me too/%n", ClientKind.Unix, "/of-%n"));
}
