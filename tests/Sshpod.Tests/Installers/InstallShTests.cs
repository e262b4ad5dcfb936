using System.Diagnostics;

namespace Sshpod.Tests.Installers;

/// <summary><c>install.sh</c> in the shells that may run it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class InstallShTests(Release release) : IAsyncLifetime
{
    private static readonly string Archive = $"sshpod-{Release.Version}-{Machine.Platform}.tar.gz";

    // What the script needs besides the shell, a downloader and a program for hashes.
    private static readonly string[] Tools =
        "uname mktemp sed grep cut tar gzip head tail dirname mkdir rmdir cp chmod mv rm cat tr expr ssh-keygen".Split(' ');

    private Machine _machine = null!;
    private ReleaseServer _server = null!;

    public static TheoryData<string> Shells => ["dash", "bash", "bash --posix", "busybox sh", "zsh", "ksh93", "mksh"];

    private string Script => release.Installer("install.sh");

    public async ValueTask InitializeAsync()
    {
        _server = await release.ServeAsync();
        // Only now: a test that is skipped above, for lack of a program, is not disposed.
        _machine = new();
        _machine.Variables["SSHPOD_RELEASES"] = _server.Url;
        _machine.Variables["CURL_CA_BUNDLE"] = release.Authority;
        foreach (var proxy in new[] { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY" })
            _machine.Variables[proxy] = null;
        await File.WriteAllTextAsync(_machine.File(".wgetrc"), $"ca_certificate = {release.Authority}\n");
        await File.WriteAllTextAsync(_machine.File(".wget2rc"), $"ca-certificate = {release.Authority}\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _machine.Dispose();
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task The_newest_release_is_installed_and_ssh_configured_and_uninstall_leaves_nothing_of_it(string shell)
    {
        var before = _machine.Files().ToArray();
        var (exitCode, said) = await RunAsync(shell);

        Assert.True(exitCode == 0, said);
        Assert.Contains($"{_machine.Prefix} is not on your PATH", said, StringComparison.Ordinal);
        Assert.StartsWith("# sshpod", await File.ReadAllTextAsync(_machine.File(".ssh/config")), StringComparison.Ordinal);
        var configuration = await File.ReadAllTextAsync(_machine.File(".config/sshpod/ssh_config"));
        Assert.Contains($"ProxyCommand {_machine.Prefix}/sshpod proxy ", configuration, StringComparison.Ordinal);
        Assert.Equal(["sshpod"], Directory.EnumerateFileSystemEntries(_machine.Prefix).Select(Path.GetFileName));
        Assert.Equal(await File.ReadAllBytesAsync(Machine.Program), await File.ReadAllBytesAsync(Path.Combine(_machine.Prefix, "sshpod")));
        Assert.Equal([
            ".local/share/bash-completion/completions/sshpod",
            ".local/share/fish/vendor_completions.d/sshpod.fish",
            ".local/share/man/man1/sshpod.1",
            ".local/share/zsh/site-functions/_sshpod",
        ], _machine.Files().Where(file => file.StartsWith(".local/share/", StringComparison.Ordinal) && File.Exists(_machine.File(file))));

        (exitCode, said) = await RunAsync(shell, "--purge");
        Assert.True(exitCode == 0, said);
        // Directories that others may be using by now stay.
        Assert.Equal([".cache", ".config", ".local", ".local/bin", ".ssh"], _machine.Files().Except(before)
            .Where(file => file is not ".local/share"));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ja.md")]
    public async Task The_line_of_the_README_installs(string readme)
    {
        var line = Document.Sections(readme).SelectMany(section => section.Blocks)
            .SelectMany(block => block.Commands).Single(IsInstallation);
        var (exitCode, said) = await _machine.RunAsync("sh", "-c", line);
        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(Path.Combine(_machine.Prefix, "sshpod")));
    }

    [Theory]
    [InlineData("README.md")]
    [InlineData("README.ja.md")]
    public async Task The_line_of_the_README_follows_a_redirect_to_https_alone(string readme)
    {
        var line = Document.Sections(readme).SelectMany(section => section.Blocks)
            .SelectMany(block => block.Commands).Single(IsInstallation);
        await using var plain = new ReleaseServer(release.Tree, null);
        _server.Redirected = "install.sh";
        _server.Redirect = plain.Url;
        await _machine.RunAsync("sh", "-c", line);
        Assert.Empty(plain.Requests);
        Assert.False(Path.Exists(_machine.Prefix));

        _server.Redirect = _server.Url;
        var (exitCode, said) = await _machine.RunAsync("sh", "-c", line);
        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(Path.Combine(_machine.Prefix, "sshpod")));
    }

    [Fact]
    public async Task The_line_of_a_release_s_README_names_where_the_release_is()
    {
        await using var proxy = new TunnelProxy(_server.Port);
        _machine.Variables["https_proxy"] = proxy.Url;
        _machine.Variables["SSHPOD_RELEASES"] = null;
        var readme = Path.GetRelativePath(Document.Root, release.Installer("README.md"));
        var line = Document.Sections(readme).SelectMany(section => section.Blocks)
            .SelectMany(block => block.Commands).Single(IsInstallation);
        Assert.Equal($"curl --proto '=https' -fsSL \"{Release.Address}/latest/download/install.sh\" | sh", line);
        var (exitCode, said) = await _machine.RunAsync("sh", "-c", line);
        Assert.True(exitCode == 0, said);
    }

    [Fact]
    public void Nothing_that_is_released_has_a_placeholder()
    {
        string[] sources = ["README.md", "README.ja.md", "build/published", "install.sh", "install.ps1"];
        string[] made = ["README.md", "install.sh", "install.ps1"];
        var released = made.Select(release.Installer).ToArray();
        Assert.All(sources.Select(name => Path.Combine(Machine.Root, name)).Concat(released), file =>
            Assert.DoesNotMatch(@"OWNER|YOUR_|/USER/|example\.(com|org|net)|TODO|FIXME|\bXXX\b", File.ReadAllText(file)));
        // In a release everything is set that a user of the checkout has to set.
        Assert.All(released, file => Assert.DoesNotContain("SSHPOD_RELEASES/", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_release_that_nobody_signs_is_not_made()
    {
        var (exitCode, said) = await _machine.RunAsync("env", "-u", "SSHPOD_SIGNING_KEY",
            Path.Combine(Machine.Root, "build/release.sh"), "--into", _machine.File("tree"));
        Assert.Equal(1, exitCode);
        Assert.Contains("release: SSHPOD_SIGNING_KEY does not name the key that signs a release", said, StringComparison.Ordinal);
        Assert.False(Path.Exists(_machine.File("tree/latest")));
    }

    [Fact]
    public async Task Completions_are_where_bash_zsh_and_fish_find_them()
    {
        Assert.Equal(0, (await RunAsync("dash")).ExitCode);
        _machine.Variables["PATH"] = $"{_machine.Prefix}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (shell, question) in new[]
        {
            ("bash", "source /usr/share/bash-completion/bash_completion; "
                + "_comp_load sshpod 2>/dev/null || _completion_loader sshpod; complete -p sshpod"),
            ("zsh", "fpath=($HOME/.local/share/zsh/site-functions $fpath); autoload -Uz compinit; "
                + "compinit -u -d $HOME/dump; echo $_comps[sshpod]"),
            ("fish", "complete -C 'sshpod ver'"),
        })
        {
            if (Machine.Locate(shell) is null)
                continue;
            var (_, said) = await _machine.RunAsync(shell, "-c", question);
            Assert.Matches("_sshpod|^version$", said.TrimEnd());
        }
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task An_archive_with_a_wrong_hash_is_not_installed(string shell)
    {
        _server.Changed[Archive] = [.. _server.Original(Archive), 0];
        await FailsAndLeavesNothingAsync(shell, $"{Archive} does not match the release");
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task Unsigned_hashes_are_refused(string shell)
    {
        _server.Changed["SHA256SUMS.sig"] = null;
        await FailsAndLeavesNothingAsync(shell, $"cannot download {_server.Url}/latest/download/SHA256SUMS.sig");
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task Hashes_signed_with_another_key_are_refused(string shell)
    {
        _server.Changed["SHA256SUMS.sig"] = await release.SignAsync(_server.Original("SHA256SUMS"), isStranger: true);
        await FailsAndLeavesNothingAsync(shell, "the release is not signed by the key that this script trusts");
    }

    [Fact]
    public async Task Hashes_changed_after_signing_are_refused()
    {
        var replaced = new byte[1000];
        _server.Changed[Archive] = replaced;
        _server.Changed["SHA256SUMS"] = System.Text.Encoding.ASCII.GetBytes(
            $"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(replaced))}  {Archive}\n");
        await FailsAndLeavesNothingAsync("dash", "the release is not signed by the key that this script trusts");
    }

    [Theory]
    // The version is asked for: what is there is another.
    [InlineData("download/v7.8.9 is version 1.0.0", "--version", "7.8.9")]
    // The newest is asked for: it cannot be older than the release that this script is from.
    [InlineData("latest/download is version 1.0.0, but this installer is from 7.8.9: nothing was installed; "
        + "to install 1.0.0 all the same, use --version 1.0.0")]
    public async Task A_downgrade_to_an_older_release_is_refused(string message, params string[] arguments)
    {
        await OfferAsync("1.0.0");
        await FailsAndLeavesNothingAsync("dash", $"{_server.Url}/{message}", arguments);
        Assert.DoesNotContain(_server.Requests, path => path.EndsWith(".gz", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("7.8.10", false)]
    [InlineData("7.10.0-rc.1", false)]
    [InlineData("10.0.0", false)]
    [InlineData("7.8.9+build.5", false)]
    [InlineData("7.8.9-rc.1", true)]
    [InlineData("7.8.8", true)]
    [InlineData("7.7.10", true)]
    [InlineData("6.9.10", true)]
    [InlineData("7.8", true)]
    public async Task The_newest_release_may_be_newer_than_the_script_but_not_older(string version, bool isOlder)
    {
        await OfferAsync(version);
        var (exitCode, said) = await RunAsync("dash");
        Assert.Equal(1, exitCode);
        Assert.Contains(
            isOlder ? $"is version {version}, but this installer is from" : $"cannot download {_server.Url}/download/v{version}/",
            said, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task Versions_rank_as_in_sshpod_itself(string shell)
    {
        var text = await File.ReadAllTextAsync(Script);
        // Its functions, without the line that calls them.
        await File.WriteAllTextAsync(_machine.File("functions"), text[..text.LastIndexOf("main", StringComparison.Ordinal)] + """
            while read -r one than; do
                if is_older "$one" "$than"; then echo "$one $than"; fi
            done <"$1"
            """);
        await File.WriteAllTextAsync(_machine.File("pairs"), Release.Pairs);
        Assert.Equal((0, Release.OlderPairs), await RunFileAsync(shell, _machine.File("functions"), _machine.File("pairs")));
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_newer_program_is_replaced_by_an_older_one_only_if_its_version_is_asked_for(string shell)
    {
        await InstallFakeAsync("sshpod 7.9.0+abc");
        await FailsAndLeavesNothingAsync(shell, $"{_machine.Prefix}/sshpod is version 7.9.0, and the newest release at {_server.Url} is "
            + $"{Release.Version}: nothing was installed; to go back to {Release.Version}, use --version {Release.Version}");

        var (exitCode, said) = await RunAsync(shell, "--version", Release.Version);
        Assert.True(exitCode == 0, said);
        Assert.Equal(await File.ReadAllBytesAsync(Machine.Program), await File.ReadAllBytesAsync(Path.Combine(_machine.Prefix, "sshpod")));
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_program_that_says_no_version_is_replaced(string shell)
    {
        await InstallFakeAsync("sshpod a[$(touch $HOME/executed)].1");
        var (exitCode, said) = await RunAsync(shell);
        Assert.True(exitCode == 0, said);
        Assert.False(File.Exists(_machine.File("executed")));
    }

    [Fact]
    public async Task A_program_of_somebody_else_is_not_run_to_learn_its_version()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can give a file away");
        await InstallFakeAsync("sshpod 7.9.0", "touch $HOME/executed");
        Assert.Equal((0, ""), await _machine.RunAsync("chown", "65534", Path.Combine(_machine.Prefix, "sshpod")));
        var (exitCode, said) = await RunAsync("dash");
        Assert.True(exitCode == 0, said);
        Assert.False(File.Exists(_machine.File("executed")));
    }

    [Fact]
    public async Task Without_ssh_keygen_nothing_is_trusted()
    {
        _machine.Variables["PATH"] = _machine.MakePath([.. Tools.Except(["ssh-keygen"]), "curl", "sha256sum"]);
        await FailsAndLeavesNothingAsync("/usr/bin/dash",
            "the signature of the release cannot be checked without ssh-keygen: install OpenSSH's client");
    }

    [Fact]
    public async Task An_installer_that_is_not_from_a_release_trusts_no_signature()
    {
        var (exitCode, said) = await _machine.RunAsync("dash", Path.Combine(Machine.Root, "install.sh"));
        Assert.Equal((1, "install: this copy does not know who signs releases: use the one from a release, or run make install\n"),
            (exitCode, said));
        _machine.Variables["SSHPOD_RELEASES"] = null;
        (exitCode, said) = await _machine.RunAsync("dash", Path.Combine(Machine.Root, "install.sh"));
        Assert.Equal(1, exitCode);
        Assert.StartsWith("install: this copy does not say where its releases are", said, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_release_without_the_archive_is_not_installed(string shell)
    {
        _server.Changed[Archive] = null;
        await FailsAndLeavesNothingAsync(shell, $"cannot download {_server.Url}/download/v{Release.Version}/{Archive}");
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_download_that_is_cut_is_not_installed(string shell)
    {
        _server.Cut = Archive;
        await FailsAndLeavesNothingAsync(shell, $"cannot download {_server.Url}/download/v{Release.Version}/{Archive}");
    }

    // Of each shell, since it is the shell that limits the size.
    [Theory, MemberData(nameof(Shells))]
    public async Task A_list_without_end_is_not_downloaded(string shell)
    {
        _server.Endless = ("SHA256SUMS", 64 * 1024, TimeSpan.Zero);
        await FailsAndLeavesNothingAsync(shell, $"cannot download {_server.Url}/latest/download/SHA256SUMS");
        // The limit of size ended it, not that of time: buffers of sockets hold some more.
        Assert.InRange(_server.EndlessSent, 1, 32 << 20);
    }

    [Theory]
    [InlineData("wget")]
    [InlineData("wget2")]
    public async Task A_signature_without_end_is_not_downloaded(string downloader)
    {
        UseDownloader(downloader);
        // wget2 reads on for 20 s, and writes nothing of it.
        _server.Endless = ("SHA256SUMS.sig", 64 * 1024, TimeSpan.FromMilliseconds(10));
        await FailsAndLeavesNothingAsync("/usr/bin/dash", $"cannot download {_server.Url}/latest/download/SHA256SUMS.sig");
    }

    [Theory]
    [InlineData("curl", "SHA256SUMS", 20)]
    [InlineData("wget", "SHA256SUMS", 20)]
    // An archive may take its time, but not with less than 1000 bytes a second.
    [InlineData("curl", "sshpod-", 30)]
    public async Task A_download_that_hardly_comes_is_given_up(string downloader, string file, int seconds)
    {
        UseDownloader(downloader);
        var name = file == "sshpod-" ? Archive : file;
        _server.Endless = (name, 1, TimeSpan.FromMilliseconds(200));
        var since = Stopwatch.GetTimestamp();
        var (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.Equal(1, exitCode);
        Assert.Matches($"install: cannot download {_server.Url}/[^ ]*/{name}\n$", said);
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, seconds - 2, seconds + 20);
    }

    [Theory]
    [InlineData("curl")]
    [InlineData("wget")]
    [InlineData("wget2")]
    public async Task A_redirect_is_followed_to_https_alone(string downloader)
    {
        UseDownloader(downloader);
        _server.Redirect = _server.Url;
        var (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.True(exitCode == 0, said);
        Assert.Contains($"/stored/download/v{Release.Version}/{Archive}", _server.Requests);

        await using var plain = new ReleaseServer(release.Tree, null);
        _server.Redirect = plain.Url;
        (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.Equal(1, exitCode);
        Assert.Contains($"install: cannot download {_server.Url}/download/v{Release.Version}/{Archive}", said, StringComparison.Ordinal);
        Assert.Empty(plain.Requests);
    }

    [Theory]
    [InlineData("curl")]
    [InlineData("wget")]
    [InlineData("wget2")]
    public async Task A_server_with_a_certificate_of_an_unknown_authority_is_not_asked(string downloader)
    {
        UseDownloader(downloader);
        _machine.Variables["CURL_CA_BUNDLE"] = null;
        File.Delete(_machine.File(".wgetrc"));
        File.Delete(_machine.File(".wget2rc"));
        var (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.Equal(1, exitCode);
        Assert.Contains($"install: cannot download {_server.Url}/latest/download/SHA256SUMS", said, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_wget_that_cannot_be_kept_to_https_is_not_used()
    {
        var path = _machine.MakePath([.. Tools, "sha256sum"]);
        File.CreateSymbolicLink(Path.Combine(path, "wget"), Machine.Locate("busybox")!);
        _machine.Variables["PATH"] = path;
        var (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.Equal(1, exitCode);
        Assert.Contains("install: this wget cannot be limited to https: install curl or GNU wget", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sha256sum")]
    [InlineData("shasum")]
    [InlineData("openssl")]
    public async Task Any_of_three_programs_computes_the_hash(string program)
    {
        // shasum is a Perl script.
        _machine.Variables["PATH"] = _machine.MakePath(
            [.. Tools, "curl", program, .. program == "shasum" ? ["perl"] : Array.Empty<string>()]);
        var (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.True(exitCode == 0, said);
    }

    [Theory]
    [InlineData("curl")]
    [InlineData("wget")]
    public async Task Installing_through_a_proxy_works(string downloader)
    {
        await using var proxy = new TunnelProxy(_server.Port);
        UseDownloader(downloader);
        _machine.Variables["https_proxy"] = proxy.Url;
        // The address in the release itself, a name that only the proxy knows.
        _machine.Variables["SSHPOD_RELEASES"] = null;
        var (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.True(exitCode == 0, said);
        Assert.Equal(["releases.test:443"], proxy.Requests.Distinct());
    }

    [Fact]
    public async Task Wget2_which_cannot_ask_a_proxy_or_be_kept_to_this_machine_says_what_to_install()
    {
        UseDownloader("wget2");
        await using (var proxy = new TunnelProxy(_server.Port))
        {
            _machine.Variables["https_proxy"] = proxy.Url;
            await FailsAndLeavesNothingAsync("/usr/bin/dash", "wget2 may not know this kind of proxy: install curl, or GNU wget");
        }
        await using var plain = new ReleaseServer(release.Tree, null);
        _machine.Variables["SSHPOD_RELEASES"] = plain.Url;
        await FailsAndLeavesNothingAsync("/usr/bin/dash",
            "this wget, which is wget2, follows any redirect of http: install curl, or GNU wget");
        Assert.Empty(plain.Requests);
    }

    [Fact]
    public async Task A_script_that_was_cut_on_its_way_does_nothing()
    {
        var text = await File.ReadAllTextAsync(Script);
        await File.WriteAllTextAsync(_machine.File("cut"), text[..text.LastIndexOf("main", StringComparison.Ordinal)]);
        await _machine.RunAsync("sh", _machine.File("cut"));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task An_unsupported_system_is_reported()
    {
        var hashes = System.Text.Encoding.ASCII.GetBytes($"{new string('0', 64)}  sshpod-1-plan9-amd64.tar.gz\n");
        _server.Changed["SHA256SUMS"] = hashes;
        _server.Changed["SHA256SUMS.sig"] = await release.SignAsync(hashes);
        await FailsAndLeavesNothingAsync("dash", "the release has nothing for linux-");
    }

    [Fact]
    public async Task A_version_that_was_never_released_is_reported() =>
        await FailsAndLeavesNothingAsync("dash", $"cannot download {_server.Url}/download/v1.2.3/SHA256SUMS", "--version", "1.2.3");

    [Fact]
    public async Task A_version_is_asked_for_with_or_without_its_v()
    {
        Assert.Equal(0, (await RunAsync("dash", "--version", Release.Version)).ExitCode);
        Assert.Equal(0, (await RunAsync("dash", $"--version=v{Release.Version}")).ExitCode);
    }

    [Fact]
    public async Task Releases_are_downloaded_over_TLS_or_from_this_machine()
    {
        _machine.Variables["SSHPOD_RELEASES"] = "http://releases.invalid/releases";
        await FailsAndLeavesNothingAsync("dash", "SSHPOD_RELEASES is http://releases.invalid/releases: it must begin with https://");
    }

    [Theory]
    [InlineData("tmp", 0)]
    [InlineData("mount", 1)]
    public async Task A_temporary_directory_may_forbid_execution_and_a_prefix_that_does_is_left_as_it_was(string noexec, int exitCode)
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can mount");
        _machine.Variables["TMPDIR"] = Directory.CreateDirectory(_machine.File("tmp")).FullName;
        var mount = Directory.CreateDirectory(_machine.File("mount")).FullName;
        var (code, said) = await _machine.RunAsync("unshare", "--mount", "sh", "-c",
            $"mount -t tmpfs -o noexec none {_machine.File(noexec)} && "
            + $"{{ dash {Script} --prefix {mount}/opt/bin; code=$?; find {mount} -mindepth 1; exit $code; }}");

        Assert.True(exitCode == code, said);
        Assert.Equal(exitCode == 0, said.Contains($"{mount}/opt/bin/sshpod\n", StringComparison.Ordinal));
        Assert.Equal(exitCode != 0, said.EndsWith("nothing was installed\n", StringComparison.Ordinal));
    }

    // As root would in the directory of a user.
    [Fact]
    public async Task Nothing_is_written_through_a_link_that_somebody_put_in_the_way()
    {
        Directory.CreateDirectory(_machine.Prefix);
        await File.WriteAllTextAsync(_machine.File("victim"), "mine");
        string[] shared = ["man/man1/sshpod.1", "bash-completion/completions/sshpod", "zsh/site-functions/_sshpod",
            "fish/vendor_completions.d/sshpod.fish"];
        foreach (var link in shared.Select(name => _machine.File($".local/share/{name}")))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, _machine.File("victim"));
        }
        // The shell keeps its process ID.
        var (exitCode, said) = await _machine.RunAsync("sh", "-c",
            $"ln -s ~/victim {_machine.Prefix}/.sshpod.$$ && exec dash {Script}");
        Assert.True(exitCode == 0, said);
        Assert.Equal("mine", await File.ReadAllTextAsync(_machine.File("victim")));
        Assert.All(shared, name => Assert.Null(new FileInfo(_machine.File($".local/share/{name}")).LinkTarget));
    }

    [Fact]
    public async Task Purge_removes_settings_key_and_caches_and_uninstall_does_not()
    {
        Assert.Equal(0, (await RunAsync("dash")).ExitCode);
        Directory.CreateDirectory(_machine.File(".cache/sshpod"));
        await File.WriteAllTextAsync(_machine.File(".cache/sshpod/id_ed25519"), "");
        await File.WriteAllTextAsync(_machine.File(".config/sshpod/config.yaml"), "");
        var (exitCode, said) = await RunAsync("dash", "--uninstall");
        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(_machine.File(".cache/sshpod/id_ed25519")));
        Assert.True(File.Exists(_machine.File(".config/sshpod/config.yaml")));

        Assert.Equal(0, (await RunAsync("dash")).ExitCode);
        (exitCode, said) = await RunAsync("dash", "--purge");
        Assert.True(exitCode == 0, said);
        Assert.False(Path.Exists(_machine.File(".cache/sshpod")));
        Assert.False(Path.Exists(_machine.File(".config/sshpod")));
        Assert.False(Path.Exists(Path.Combine(_machine.Prefix, "sshpod")));
    }

    [Fact]
    public async Task Purge_removes_nothing_of_the_current_directory()
    {
        _machine.Variables["XDG_CACHE_HOME"] = _machine.Variables["XDG_CONFIG_HOME"] = ".";
        Assert.Equal(0, (await RunAsync("dash")).ExitCode);
        var here = Directory.CreateDirectory(_machine.File("here")).FullName;
        Directory.CreateDirectory(Path.Combine(here, "sshpod"));
        Directory.CreateDirectory(_machine.File(".cache/sshpod"));
        var (exitCode, said) = await _machine.RunAsync("sh", "-c", $"cd {here} && exec dash {Script} --purge");
        Assert.True(exitCode == 0, said);
        Assert.True(Directory.Exists(Path.Combine(here, "sshpod")));
        Assert.False(Path.Exists(_machine.File(".cache/sshpod")));
    }

    [Fact]
    public async Task What_is_made_is_closed_to_others_whatever_the_umask_is()
    {
        var (exitCode, said) = await _machine.RunAsync("sh", "-c", $"umask 0; exec dash {Script}");
        Assert.True(exitCode == 0, said);
        const UnixFileMode OfOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        Assert.All(Directory.EnumerateFileSystemEntries(Path.Combine(_machine.Prefix, ".."), "*", SearchOption.AllDirectories), path =>
            Assert.Equal(UnixFileMode.None, File.GetUnixFileMode(path) & OfOthers));
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_prefix_may_have_spaces_and_quotes(string shell)
    {
        var prefix = _machine.File("My Programs/it's here");
        var (exitCode, said) = await RunAsync(shell, "--prefix", prefix);

        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(Path.Combine(prefix, "sshpod")));
        // ssh will run what was installed.
        Assert.Contains($"ProxyCommand \"{_machine.Home}/My Programs/it's here/sshpod\" proxy ",
            await File.ReadAllTextAsync(_machine.File(".config/sshpod/ssh_config")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_below_a_file_is_told_before_anything_is_downloaded()
    {
        await File.WriteAllTextAsync(_machine.File("file"), "");
        var (exitCode, said) = await RunAsync("dash", "--prefix", _machine.File("file/bin"));

        Assert.Equal(1, exitCode);
        Assert.Contains("is not a directory", said, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_prefix_that_the_user_may_not_write_to_is_told_before_anything_is_downloaded()
    {
        var prefix = Directory.CreateDirectory(_machine.File("read-only"), (UnixFileMode)0b101_101_101).FullName;
        File.SetUnixFileMode(_machine.Home, (UnixFileMode)0b111_101_101);
        // Nothing is read-only for root.
        string[] somebody = Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
        // Only root may be able to read the checkout.
        File.Copy(Script, _machine.File("install.sh"));
        var (exitCode, said) = await _machine.RunAsync([.. somebody, "dash", _machine.File("install.sh"), "--prefix", prefix]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"cannot write to {prefix}: choose another directory with --prefix", said, StringComparison.Ordinal);
        Assert.Empty(_server.Requests);
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task An_upgrade_replaces_a_program_that_runs(string shell)
    {
        var installed = Path.Combine(Directory.CreateDirectory(_machine.Prefix).FullName, "sshpod");
        File.Copy("/bin/sleep", installed);
        using var running = Process.Start(installed, "60");
        try
        {
            var (exitCode, said) = await RunAsync(shell);

            Assert.True(exitCode == 0, said);
            Assert.False(running.HasExited);
            Assert.Equal(await File.ReadAllBytesAsync(Machine.Program), await File.ReadAllBytesAsync(installed));
        }
        finally
        {
            running.Kill();
        }
    }

    [Fact]
    public async Task A_program_that_does_not_run_here_is_not_installed()
    {
        await File.WriteAllTextAsync(_machine.File("broken"), "#!/bin/sh\necho not for this machine >&2\nexit 126\n");
        var (exitCode, said) = await RunAsync("dash", "--program", _machine.File("broken"));

        Assert.Equal(1, exitCode);
        Assert.Contains("the program does not run here: not for this machine; nothing was installed", said, StringComparison.Ordinal);
        Assert.False(Path.Exists(_machine.Prefix));
    }

    [Fact]
    public async Task Uninstall_leaves_ssh_as_it_was()
    {
        Directory.CreateDirectory(_machine.File(".ssh"));
        await File.WriteAllTextAsync(_machine.File(".ssh/config"), "Host mine\n    User me");
        Assert.Equal(0, (await RunAsync("dash")).ExitCode);
        var (exitCode, said) = await RunAsync("dash", "--uninstall");

        Assert.True(exitCode == 0, said);
        Assert.Equal("Host mine\n    User me", await File.ReadAllTextAsync(_machine.File(".ssh/config")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_machine.Prefix));
    }

    [Fact]
    public async Task An_unknown_option_is_told_with_the_known_ones()
    {
        var (exitCode, said) = await RunAsync("dash", "--perfix", "x");
        Assert.Equal(2, exitCode);
        Assert.Contains("unknown option --perfix", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_install_does_the_same_from_a_checkout()
    {
        // The commands that make would run, without the build.
        var (_, commands) = await _machine.RunAsync("make", "-n", "-C", Machine.Root, "install", $"PREFIX={_machine.File("my bin")}");
        var install = commands.Split('\n').First(line => line.Contains("install.sh", StringComparison.Ordinal));
        var (exitCode, said) = await _machine.RunAsync(
            "bash", "-c", $"cd '{Machine.Root}' && {install.Replace("artifacts/sshpod", Machine.Program, StringComparison.Ordinal)}");

        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(_machine.File("my bin/sshpod")));
    }

    private static bool IsInstallation(string command) => command.StartsWith("curl ", StringComparison.Ordinal);

    // A machine with this downloader alone. Distributions install wget2 as wget.
    private void UseDownloader(string downloader)
    {
        if (downloader == "wget2" && Machine.Locate(downloader) is null && Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Skip("wget2 is not installed here");
        var path = _machine.MakePath([.. Tools, "sha256sum", "timeout"]);
        File.CreateSymbolicLink(Path.Combine(path, downloader.TrimEnd('2')), Machine.Locate(downloader)!);
        _machine.Variables["PATH"] = path;
    }

    private Task<(int ExitCode, string Said)> RunAsync(string shell, params string[] arguments) => RunFileAsync(shell, Script, arguments);

    private Task<(int ExitCode, string Said)> RunFileAsync(string shell, string file, params string[] arguments)
    {
        var program = shell.Split(' ')[0];
        if (Machine.Locate(program) is null && !File.Exists(program) && Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Skip($"{program} is not installed here");
        return _machine.RunAsync([.. shell.Split(' '), file, .. arguments]);
    }

    // Signed hashes of another version, as a mirror can keep them.
    private async Task OfferAsync(string version)
    {
        var hashes = System.Text.Encoding.ASCII.GetBytes(
            $"{new string('0', 64)}  {Archive.Replace(Release.Version, version, StringComparison.Ordinal)}\n");
        _server.Changed["SHA256SUMS"] = hashes;
        _server.Changed["SHA256SUMS.sig"] = await release.SignAsync(hashes);
    }

    // Installs a program that says this of itself.
    private async Task InstallFakeAsync(string version, string command = ":")
    {
        var program = Path.Combine(Directory.CreateDirectory(_machine.Prefix).FullName, "sshpod");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{command}\necho '{version}'\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
    }

    private async Task FailsAndLeavesNothingAsync(string shell, string message, params string[] arguments)
    {
        _machine.Variables["TMPDIR"] = Directory.CreateDirectory(_machine.File("tmp")).FullName;
        var before = _machine.Files().ToArray();
        var (exitCode, said) = await RunAsync(shell, arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains($"install: {message}", said, StringComparison.Ordinal);
        Assert.Equal(before, _machine.Files());
    }
}
