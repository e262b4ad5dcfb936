using System.Diagnostics;

namespace Sshpod.Tests.Installers;

/// <summary><c>install.sh</c>, in the shells that it may meet.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class InstallShTests : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(Machine.Root, "install.sh");

    private readonly Machine _machine = new();
    private readonly FakeReleases _releases = new(Machine.Program);

    public InstallShTests() => _machine.Variables["SSHPOD_RELEASES"] = _releases.Url;

    public static TheoryData<string> Shells => ["dash", "bash", "busybox sh"];

    private static string Archive =>
        $"sshpod-{FakeReleases.Version}-linux-{(System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64")}.tar.gz";

    public async ValueTask DisposeAsync()
    {
        await _releases.DisposeAsync();
        _machine.Dispose();
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task The_newest_release_is_installed_and_ssh_configured(string shell)
    {
        var (exitCode, said) = await RunAsync(shell);

        Assert.True(exitCode == 0, said);
        Assert.Contains($"{_machine.Prefix} is not on your PATH", said, StringComparison.Ordinal);
        Assert.StartsWith("# sshpod", await File.ReadAllTextAsync(_machine.File(".ssh/config")), StringComparison.Ordinal);
        Assert.Contains($"ProxyCommand {_machine.Prefix}/sshpod proxy ", await File.ReadAllTextAsync(_machine.File(".config/sshpod/ssh_config")), StringComparison.Ordinal);
        Assert.Equal(["sshpod"], Directory.EnumerateFileSystemEntries(_machine.Prefix).Select(Path.GetFileName));
        Assert.Equal(await File.ReadAllBytesAsync(Machine.Program), await File.ReadAllBytesAsync(Path.Combine(_machine.Prefix, "sshpod")));
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task What_is_not_what_the_release_says_is_not_installed(string shell)
    {
        _releases.Assets[Archive] = [.. _releases.Assets[Archive], 0];
        await FailsAndLeavesNothingAsync(shell, $"{Archive} is not what the release says");
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_release_without_the_archive_is_not_installed(string shell)
    {
        _releases.Assets.Remove(Archive);
        await FailsAndLeavesNothingAsync(shell, $"cannot download {_releases.Url}/download/v{FakeReleases.Version}/{Archive}");
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_download_that_is_cut_is_not_installed(string shell)
    {
        _releases.Cut = Archive;
        await FailsAndLeavesNothingAsync(shell, $"cannot download {_releases.Url}/download/v{FakeReleases.Version}/{Archive}");
    }

    [Fact]
    public async Task A_script_that_was_cut_on_its_way_does_nothing()
    {
        var text = await File.ReadAllTextAsync(Script);
        await File.WriteAllTextAsync(_machine.File("cut"), text[..text.LastIndexOf("main", StringComparison.Ordinal)]);
        await _machine.RunAsync("sh", _machine.File("cut"));
        Assert.Empty(_releases.Requests);
    }

    [Fact]
    public async Task A_system_that_the_release_does_not_have_is_told()
    {
        _releases.Assets["SHA256SUMS"] = System.Text.Encoding.ASCII.GetBytes($"{new string('0', 64)}  sshpod-1-plan9-amd64.tar.gz\n");
        await FailsAndLeavesNothingAsync("dash", "the release has nothing for linux-");
    }

    [Fact]
    public async Task Another_version_than_those_that_there_are_is_told() =>
        await FailsAndLeavesNothingAsync("dash", $"cannot download {_releases.Url}/download/v1.2.3/SHA256SUMS", "--version", "1.2.3");

    [Fact]
    public async Task A_version_is_asked_for_with_or_without_its_v()
    {
        Assert.Equal(0, (await RunAsync("dash", "--version", FakeReleases.Version)).ExitCode);
        Assert.Equal(0, (await RunAsync("dash", $"--version=v{FakeReleases.Version}")).ExitCode);
    }

    [Fact]
    public async Task A_copy_that_no_release_has_made_does_not_guess_where_releases_are()
    {
        _machine.Variables.Remove("SSHPOD_RELEASES");
        await FailsAndLeavesNothingAsync("dash", "this copy does not say where its releases are");
    }

    [Fact]
    public async Task Releases_come_over_tls_or_from_this_machine()
    {
        _machine.Variables["SSHPOD_RELEASES"] = "http://releases.invalid/releases";
        await FailsAndLeavesNothingAsync("dash", "SSHPOD_RELEASES is http://releases.invalid/releases: it must begin with https://");
    }

    [Theory, MemberData(nameof(Shells))]
    public async Task A_prefix_may_have_spaces_and_quotes(string shell)
    {
        var prefix = _machine.File("My Programs/it's here");
        var (exitCode, said) = await RunAsync(shell, "--prefix", prefix);

        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(Path.Combine(prefix, "sshpod")));
        // What ssh will run is what was installed.
        Assert.Contains($"ProxyCommand \"{_machine.Home}/My Programs/it's here/sshpod\" proxy ", await File.ReadAllTextAsync(_machine.File(".config/sshpod/ssh_config")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prefix_below_a_file_is_told_before_anything_is_downloaded()
    {
        await File.WriteAllTextAsync(_machine.File("file"), "");
        var (exitCode, said) = await RunAsync("dash", "--prefix", _machine.File("file/bin"));

        Assert.Equal(1, exitCode);
        Assert.Contains("is no directory", said, StringComparison.Ordinal);
        Assert.Empty(_releases.Requests);
    }

    [Fact]
    public async Task A_prefix_that_the_user_may_not_write_to_is_told_before_anything_is_downloaded()
    {
        var prefix = Directory.CreateDirectory(_machine.File("read-only"), (UnixFileMode)0b101_101_101).FullName;
        File.SetUnixFileMode(_machine.Home, (UnixFileMode)0b111_101_101);
        // Nothing is read-only for root.
        string[] somebody = Environment.UserName == "root" ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"];
        // The checkout may be where only root can read.
        File.Copy(Script, _machine.File("install.sh"));
        var (exitCode, said) = await _machine.RunAsync([.. somebody, "dash", _machine.File("install.sh"), "--prefix", prefix]);

        Assert.Equal(1, exitCode);
        Assert.Contains($"cannot write to {prefix}: choose another directory with --prefix", said, StringComparison.Ordinal);
        Assert.Empty(_releases.Requests);
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
    public async Task Without_curl_wget_will_do()
    {
        var path = Directory.CreateDirectory(_machine.File("path")).FullName;
        foreach (var tool in "sh uname mktemp sed grep cut tar gzip sha256sum head dirname mkdir cp chmod mv rm cat".Split(' '))
            File.CreateSymbolicLink(Path.Combine(path, tool), "/bin/busybox");
        // Debian's static busybox dies of looking up a name, and its sh takes its own wget before any other.
        foreach (var tool in new[] { "wget", "ssh-keygen" })
            File.CreateSymbolicLink(Path.Combine(path, tool), $"/usr/bin/{tool}");
        _machine.Variables["PATH"] = path;
        var (exitCode, said) = await RunAsync("/usr/bin/dash");
        Assert.True(exitCode == 0, said);
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
        // What make would run, without the build.
        var (_, commands) = await _machine.RunAsync("make", "-n", "-C", Machine.Root, "install", $"PREFIX={_machine.File("my bin")}");
        var install = commands.Split('\n').First(line => line.Contains("install.sh", StringComparison.Ordinal));
        var (exitCode, said) = await _machine.RunAsync("bash", "-c", $"cd '{Machine.Root}' && {install.Replace("artifacts/sshpod", Machine.Program, StringComparison.Ordinal)}");

        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(_machine.File("my bin/sshpod")));
    }

    private Task<(int ExitCode, string Said)> RunAsync(string shell, params string[] arguments) =>
        _machine.RunAsync([.. shell.Split(' '), Script, .. arguments]);

    private async Task FailsAndLeavesNothingAsync(string shell, string message, params string[] arguments)
    {
        var temporary = Directory.CreateDirectory(_machine.File("tmp")).FullName;
        _machine.Variables["TMPDIR"] = temporary;
        var (exitCode, said) = await RunAsync(shell, arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains($"install: {message}", said, StringComparison.Ordinal);
        Assert.Equal(["tmp"], _machine.Files());
    }
}
