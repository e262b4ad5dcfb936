using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Commands;

[Trait(Suites.Name, Suites.Once)]
public sealed class ConfigureTests(TestCluster cluster)
{
    [Fact]
    public async Task The_default_is_the_users_own_configuration_and_everything_is_private()
    {
        await using var workstation = Workstation.Bare(cluster);
        (await workstation.SshpodAsync("configure")).Successfully();

        Assert.StartsWith("# sshpod", await File.ReadAllTextAsync(workstation.File(".ssh/config")), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(workstation.File(".ssh/config")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(workstation.File(".ssh")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(workstation.File("cache/sshpod/id_ed25519")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(workstation.File("cache/sshpod")));
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
    public async Task After_an_upgrade_that_deletes_the_old_version_ssh_still_finds_the_program()
    {
        await using var workstation = Workstation.Bare(cluster);
        // Homebrew's layout; those of krew and nix are similar.
        var link = workstation.File("bin/sshpod");
        Directory.CreateDirectory(workstation.File("bin"));
        Install("1.0");
        (await workstation.RunAsync(link, "configure", "--ssh-config", workstation.SshConfig, "--no-sharing")).Successfully();
        var completion = (await workstation.RunAsync(link, "completion", "bash")).Successfully().Text;
        Install("1.1");
        Directory.Delete(workstation.File("Cellar/sshpod/1.0"), recursive: true);

        Assert.Equal("upgraded\n", (await workstation.SshAsync("pod--busybox", "echo", "upgraded")).Quietly().Text);
        Assert.Contains($"'{link}'", completion, StringComparison.Ordinal);

        void Install(string version)
        {
            var directory = Directory.CreateDirectory(workstation.File($"Cellar/sshpod/{version}/bin")).FullName;
            foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Workstation.Program)!)
                .Where(file => File.Exists(Path.ChangeExtension(Workstation.Program, ".dll")) || file == Workstation.Program))
                File.Copy(file, Path.Combine(directory, Path.GetFileName(file)));
            File.Delete(link);
            File.CreateSymbolicLink(link, $"../Cellar/sshpod/{version}/bin/sshpod");
        }
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
        Assert.StartsWith(
            "sshpod: cannot read",
            Assert.Single(result.Error.TrimEnd().Split('\n'), line => !line.StartsWith("sshpod: wrote", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_prints_a_diff_that_patch_takes()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host mine\n    User me");
        var dry = (await workstation.SshpodAsync("configure", "--dry-run", "--ssh-config", workstation.SshConfig)).Quietly();

        Assert.Equal(["ssh_config"], Directory.EnumerateFileSystemEntries(workstation.Home).Select(Path.GetFileName));
        Directory.CreateDirectory(workstation.File("config/sshpod"));
        await File.WriteAllBytesAsync(workstation.File("diff"), dry.Output);
        (await workstation.RunAsync("patch", "-s", "-p1", "-d", "/", "-i", workstation.File("diff"))).Quietly();
        Assert.Contains(
            "up to date", (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully().Error,
            StringComparison.Ordinal);
        Assert.Equal(
            "", (await workstation.SshpodAsync("configure", "--dry-run", "--ssh-config", workstation.SshConfig)).Successfully().Text);
    }

    [Fact]
    public async Task Print_shows_what_goes_into_our_own_file_and_writes_nothing()
    {
        await using var workstation = Workstation.Bare(cluster);
        var printed = (await workstation.SshpodAsync("configure", "--print", "--forward-agent", "pod--x.sshpod")).Quietly().Text;
        Assert.Empty(Directory.EnumerateFileSystemEntries(workstation.Home));
        (await workstation.SshpodAsync("configure", "--forward-agent", "pod--x.sshpod")).Successfully();
        Assert.Equal(printed, await File.ReadAllTextAsync(workstation.File("config/sshpod/ssh_config")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Host mine\n    User me")]
    public async Task Remove_leaves_everything_as_it_was(string? content)
    {
        await using var workstation = Workstation.Bare(cluster);
        if (content is not null)
            await File.WriteAllTextAsync(workstation.SshConfig, content);
        (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();
        (await workstation.SshpodAsync("configure", "--remove", "--ssh-config", workstation.SshConfig)).Successfully();

        Assert.Equal(content, File.Exists(workstation.SshConfig) ? await File.ReadAllTextAsync(workstation.SshConfig) : null);
        Assert.False(File.Exists(workstation.SshConfig + ".before-sshpod"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(workstation.File("config/sshpod")));
        Assert.Contains(
            "up to date",
            (await workstation.SshpodAsync("configure", "--remove", "--ssh-config", workstation.SshConfig)).Successfully().Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_takes_only_our_line_where_the_user_has_changed_the_file_since()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host mine\n");
        (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();
        await File.AppendAllTextAsync(workstation.SshConfig, "    User me\n");
        (await workstation.SshpodAsync("configure", "--remove", "--ssh-config", workstation.SshConfig)).Successfully();

        Assert.Equal("Host mine\n    User me\n", await File.ReadAllTextAsync(workstation.SshConfig));
        Assert.Equal("Host mine\n", await File.ReadAllTextAsync(workstation.SshConfig + ".before-sshpod"));
    }

    [Fact]
    public async Task What_was_chosen_once_is_kept_by_a_later_run_without_options()
    {
        await using var workstation = Workstation.Bare(cluster);
        async Task<string> AfterAsync(params string[] options)
        {
            (await workstation.SshpodAsync(["configure", "--ssh-config", workstation.SshConfig, .. options])).Successfully();
            return await OptionsAsync(workstation, "pod--x.sshpod");
        }

        var chosen = await AfterAsync("--forward-agent", "pod--x.sshpod", "--no-sharing");
        Assert.Contains("forwardagent yes", chosen, StringComparison.Ordinal);
        Assert.Contains("controlmaster false", chosen, StringComparison.Ordinal);
        Assert.Equal(chosen, await AfterAsync());
        var back = await AfterAsync("--forward-agent", "none", "--no-sharing", "false");
        Assert.Contains("forwardagent no", back, StringComparison.Ordinal);
        Assert.Contains("controlmaster auto", back, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_is_forwarded_to_those_who_are_named_and_to_nobody_else()
    {
        await using var workstation = Workstation.Bare(cluster);
        Directory.CreateDirectory(workstation.File("config/sshpod"));
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), "aliases: {targets: {gpu: pod--x}}\n");
        (await workstation.SshpodAsync("configure", "--forward-agent", "gpu", "--forward-agent", "pod--x.sshpod", "--ssh-config",
            workstation.SshConfig)).Successfully();
        foreach (var (host, forwarded) in new[] { ("gpu.sshpod", "yes"), ("pod--x.sshpod", "yes"), ("pod--y.sshpod", "no"),
            ("pod--x.namespace--y.sshpod", "no") })
            Assert.Contains($"\nforwardagent {forwarded}\n", await OptionsAsync(workstation, host), StringComparison.Ordinal);

        Assert.Contains(
            "\"x *\" of host name",
            (await workstation.SshpodAsync("configure", "--forward-agent", "x *", "--ssh-config", workstation.SshConfig)).Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forwarding_the_agent_to_all_is_gone_and_said_in_one_line()
    {
        await using var workstation = Workstation.Bare(cluster);
        var asked = await workstation.SshpodAsync("configure", "--forward-agent");
        Assert.Equal(
            (2, "sshpod: --forward-agent needs a host, such as --forward-agent pod--NAME.sshpod: it is no longer for all containers; see "
            + "sshpod help configure\n"),
            (asked.ExitCode, asked.Error));

        (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();
        var own = workstation.File("config/sshpod/ssh_config");
        await File.WriteAllTextAsync(
            own, (await File.ReadAllTextAsync(own)).Replace("# Options:", "# Options: --forward-agent", StringComparison.Ordinal));
        Assert.Contains(
            "sshpod: your agent is no longer forwarded to every container; name those that need it, with --forward-agent HOST\n",
            (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully().Error,
            StringComparison.Ordinal);
        Assert.Contains("\nforwardagent no\n", await OptionsAsync(workstation, "pod--x.sshpod"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_users_own_options_win_from_their_own_file_and_are_pointed_out_elsewhere()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host *.sshpod\n    ServerAliveInterval 7\n    User me\n");
        var said = (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully().Error;
        Assert.Contains($"ServerAliveInterval of \"Host *.sshpod\" in {workstation.SshConfig} has no effect", said,
            StringComparison.Ordinal);

        var own = workstation.File("config/sshpod/ssh_config.user");
        Assert.Contains($"move it to {own}", said, StringComparison.Ordinal);
        await File.WriteAllTextAsync(own, "Host *.sshpod\n    ServerAliveInterval 7\n");
        var options = await OptionsAsync(workstation, "pod--x.sshpod");
        Assert.Contains("\nserveraliveinterval 7\n", options, StringComparison.Ordinal);
        Assert.Contains("\nuser me\n", "\n" + options, StringComparison.Ordinal);
        Assert.Contains("proxy --host", options, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_block_of_the_earlier_sshpod_is_taken_over_with_what_the_user_added_to_it()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, """
            Host mine
                User me

            # >>> sshpod start
            Host *.sshpod
              ProxyCommand ~/.local/bin/sshpod proxy --host %h --user %r --port %p
              StrictHostKeyChecking no
              SendEnv LANG
              ForwardAgent yes
            # <<< sshpod end

            """);
        var old = await File.ReadAllTextAsync(workstation.SshConfig);
        (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully();

        Assert.EndsWith("\n\nHost mine\n    User me\n", await File.ReadAllTextAsync(workstation.SshConfig), StringComparison.Ordinal);
        Assert.Equal(old, await File.ReadAllTextAsync(workstation.SshConfig + ".before-sshpod"));
        var options = await OptionsAsync(workstation, "pod--x.sshpod");
        Assert.Contains("\nsendenv LANG\n", options, StringComparison.Ordinal);
        Assert.Contains("\nstricthostkeychecking true\n", options, StringComparison.Ordinal);
        (await workstation.SshpodAsync("configure", "--remove", "--ssh-config", workstation.SshConfig)).Successfully();
        Assert.Equal("Host mine\n    User me\n", await File.ReadAllTextAsync(workstation.SshConfig));
    }

    [Fact]
    public async Task A_file_that_is_read_only_stays_and_the_line_for_it_is_told()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host mine\n");
        File.SetUnixFileMode(workstation.SshConfig, UnixFileMode.UserRead);
        var result = await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig);

        Assert.Equal(255, result.ExitCode);
        var include = $"Include \"{workstation.File("config/sshpod/ssh_config")}\"";
        Assert.EndsWith($"sshpod: {workstation.SshConfig} is read-only; make it writable for you, or add at its top: {include}\n",
            result.Error, StringComparison.Ordinal);
        Assert.Equal("Host mine\n", await File.ReadAllTextAsync(workstation.SshConfig));

        // Our own file exists; only the Include is missing.
        await File.WriteAllTextAsync(workstation.File("by-hand"), $"{include}\nHost mine\n");
        (await workstation.RunAsync("mv", "-f", workstation.File("by-hand"), workstation.SshConfig)).Quietly();
        Assert.Contains(
            "up to date", (await workstation.SshpodAsync("configure", "--ssh-config", workstation.SshConfig)).Successfully().Error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_chezmoi_makes_is_left_to_it()
    {
        await using var workstation = Workstation.Bare(cluster);
        var source = Path.Combine(Directory.CreateDirectory(workstation.File("data/chezmoi/private_dot_ssh")).FullName,
            "private_config.tmpl");
        await File.WriteAllTextAsync(source, "Host mine\n");
        workstation.Environment["XDG_DATA_HOME"] = workstation.File("data");
        var result = await workstation.SshpodAsync("configure");

        Assert.Equal(255, result.ExitCode);
        Assert.Contains($"{workstation.File(".ssh/config")} is managed by chezmoi (from {source}); in that file, add at its top: Include",
            result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(workstation.File(".ssh/config")));
    }

    [Fact]
    public async Task On_a_terminal_it_shows_the_change_and_asks()
    {
        await using var workstation = Workstation.Bare(cluster);
        await File.WriteAllTextAsync(workstation.SshConfig, "Host mine\n");
        await using var terminal = await TmuxTerminal.StartAsync(
            workstation, 120, 40, $"{Workstation.Program} configure --ssh-config {workstation.SshConfig}");
        await terminal.WaitForAsync(@"^\+Include .*");
        await terminal.WaitForAsync(@"change .*\? \[Y/n\]");
        await terminal.TypeAsync("n");
        await terminal.WaitForAsync("nothing was changed");
        await terminal.WaitForAsync("^exit status 255");
        Assert.Equal("Host mine\n", await File.ReadAllTextAsync(workstation.SshConfig));
    }

    [Fact]
    public async Task Whole_host_names_of_running_pods_stand_there_for_editors_and_mean_the_same()
    {
        await using var workstation = Workstation.Bare(cluster);
        await workstation.UseKubeconfigAsync(kubeconfig => kubeconfig.SetNamespaceAsync(cluster.Namespace));
        (await workstation.SshpodAsync("configure", "--hosts", "--no-sharing", "--ssh-config", workstation.SshConfig)).Successfully();

        var hosts = (await File.ReadAllLinesAsync(workstation.File("config/sshpod/ssh_config"))).Where(
            line => line.StartsWith("Host pod--", StringComparison.Ordinal)).Select(line => line[5..]).ToArray();
        var host = Assert.Single(hosts, name => name.StartsWith($"pod--busybox.namespace--{cluster.Namespace}.", StringComparison.Ordinal));
        // A name of the same length, without an entry.
        var other = host.Replace("busybox", "busyboy", StringComparison.Ordinal);
        Assert.Equal((await OptionsAsync(workstation, other)).Replace(other, host, StringComparison.Ordinal),
            await OptionsAsync(workstation, host));
        (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "true")).Quietly();
    }

    private static async Task<string> OptionsAsync(Workstation workstation, string host) =>
        (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-G", host)).Successfully().Text;
}
