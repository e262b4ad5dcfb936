using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Commands;

public sealed class ConfigureTests(TestCluster cluster)
{
    [Fact]
    public async Task The_default_is_the_users_own_configuration_and_everything_is_private()
    {
        await using var workstation = Workstation.Bare(cluster);
        (await workstation.SshpodAsync("configure")).Successfully();

        Assert.StartsWith("# sshpod", await File.ReadAllTextAsync(workstation.File(".ssh/config")), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(workstation.File(".ssh/config")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(workstation.File(".ssh")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(workstation.File("cache/sshpod/id_ed25519")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(workstation.File("cache/sshpod")));
    }

    [Fact]
    public async Task Doing_it_twice_changes_nothing_more()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host mine\n    User me\n");
        (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();
        var once = await File.ReadAllTextAsync(workstation.SshConfig);
        var second = (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();

        Assert.Equal(once, await File.ReadAllTextAsync(workstation.SshConfig));
        Assert.Contains("up to date", second.Error, StringComparison.Ordinal);
        Assert.EndsWith("Host mine\n    User me\n", once, StringComparison.Ordinal);
        Assert.Equal("Host mine\n    User me\n", await File.ReadAllTextAsync(workstation.SshConfig + ".before-sshpod"));
    }

    [Fact]
    public async Task A_symlinked_configuration_stays_a_symlink_and_keeps_its_mode()
    {
        await using var workstation = Workstation.Bare(cluster);
        var real = workstation.File("dotfiles");
        await File.WriteAllTextAsync(real, "Host mine\n");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(workstation.SshConfig, real);
        (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();

        Assert.Equal(real, File.ResolveLinkTarget(workstation.SshConfig, false)?.FullName);
        Assert.Contains("Include", await File.ReadAllTextAsync(real), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(real));
    }

    [Fact]
    public async Task Ssh_takes_our_options_even_where_the_users_own_would_win()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host *\n    ForwardAgent yes\n    StrictHostKeyChecking no\n    User me\n");
        (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();

        var pod = (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-G", "pod--x.sshpod")).Successfully().Text;
        Assert.Contains("\nforwardagent no\n", pod, StringComparison.Ordinal);
        Assert.Contains("\nstricthostkeychecking true\n", pod, StringComparison.Ordinal);
        Assert.Contains("\nuser me\n", "\n" + pod, StringComparison.Ordinal);
        var other = (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-G", "other.example")).Successfully().Text;
        Assert.Contains("\nforwardagent yes\n", other, StringComparison.Ordinal);
        Assert.DoesNotContain("sshpod", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_written_is_one_line_and_stays_as_it_was()
    {
        await using var workstation = Workstation.Bare(cluster);
        Directory.CreateDirectory(workstation.SshConfig);
        var result = await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig);

        Assert.NotEqual(0, result.ExitCode);
        Assert.StartsWith("sshpod: cannot read", Assert.Single(result.Error.TrimEnd().Split('\n'), line => !line.StartsWith("sshpod: wrote", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
