using System.Diagnostics;

namespace Sshpod.Tests.Installers;

/// <summary>
/// <c>install.ps1</c> in a real PowerShell on this system: the test sets the variables of Windows, and sshpod.exe in the archive is the
/// program for this machine.
/// </summary>
public sealed class InstallPs1Tests(Release release) : IAsyncLifetime
{
    private const string Archive = $"sshpod-{Release.Version}-windows-amd64.zip";

    private static readonly string PowerShell = Path.Combine(Machine.Root, "tests/PowerShell/bin/Release/net10.0/pwsh");

    private Machine _machine = null!;
    private ReleaseServer _server = null!;

    private string Script => release.Installer("install.ps1");

    public async ValueTask InitializeAsync()
    {
        _server = await release.ServeAsync();
        // Only now: a test that is skipped above, for lack of a program, is not disposed.
        _machine = new();
        _machine.Variables["SSHPOD_RELEASES"] = _server.Url;
        _machine.Variables["SSL_CERT_FILE"] = release.Authority;
        _machine.Variables["LOCALAPPDATA"] = _machine.File("AppData/Local");
        _machine.Variables["PROCESSOR_ARCHITECTURE"] = "AMD64";
        _machine.Variables["POWERSHELL_TELEMETRY_OPTOUT"] = "1";
        _machine.Variables["POWERSHELL_UPDATECHECK"] = "Off";
    }

    private string Prefix => _machine.File("AppData/Local/Programs/sshpod");

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _machine.Dispose();
    }

    [Fact]
    public async Task The_newest_release_is_installed_and_ssh_configured()
    {
        var (exitCode, said) = await RunAsync();

        Assert.True(exitCode == 0, said);
        Assert.Contains($"{Prefix} is not on your PATH", said, StringComparison.Ordinal);
        Assert.Equal(["sshpod.exe"], Directory.EnumerateFileSystemEntries(Prefix).Select(Path.GetFileName));
        Assert.StartsWith("# sshpod", await File.ReadAllTextAsync(_machine.File(".ssh/config")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_with_a_wrong_hash_is_not_installed()
    {
        _server.Changed[Archive] = [.. _server.Original(Archive), 0];
        await FailsAndInstallsNothingAsync($"{Archive} does not match the release");
    }

    [Fact]
    public async Task Unsigned_hashes_are_refused()
    {
        _server.Changed["SHA256SUMS.sig"] = null;
        await FailsAndInstallsNothingAsync($"cannot download {_server.Url}/latest/download/SHA256SUMS.sig");
    }

    [Fact]
    public async Task Hashes_signed_with_another_key_are_refused()
    {
        _server.Changed["SHA256SUMS.sig"] = await release.SignAsync(_server.Original("SHA256SUMS"), isStranger: true);
        await FailsAndInstallsNothingAsync("the release is not signed by the key that this script trusts");
    }

    [Fact]
    public async Task An_older_release_is_not_taken_for_the_newest()
    {
        await OfferAsync("7.8.8");
        await FailsAndInstallsNothingAsync($"{_server.Url}/latest/download is version 7.8.8, but this installer is from {Release.Version}: "
            + "nothing was installed; to install 7.8.8 all the same, use -Version 7.8.8");
        await OfferAsync("7.8.10");
        await FailsAndInstallsNothingAsync($"cannot download {_server.Url}/download/v7.8.10/");
    }

    [Fact]
    public async Task Versions_rank_as_in_sshpod_itself()
    {
        var text = await File.ReadAllTextAsync(Script);
        // Its functions, without the lines that call them.
        await File.WriteAllTextAsync(_machine.File("functions.ps1"), text[..text.IndexOf("# Of `irm ", StringComparison.Ordinal)] + """
            foreach ($pair in Get-Content $Prefix) {
                $one, $than = $pair -split ' '
                if (Test-Older $one $than) { $pair }
            }
            """);
        await File.WriteAllTextAsync(_machine.File("pairs"), Release.Pairs);
        Assert.Equal((0, Release.OlderPairs), await _machine.RunAsync(PowerShell, "-NoProfile", "-NonInteractive", "-File",
            _machine.File("functions.ps1"), "-Prefix", _machine.File("pairs")));
    }

    [Fact]
    public async Task A_newer_program_is_replaced_by_an_older_one_only_if_its_version_is_asked_for()
    {
        var installed = Path.Combine(Directory.CreateDirectory(Prefix).FullName, "sshpod.exe");
        await File.WriteAllTextAsync(installed, "#!/bin/sh\necho 'sshpod 7.9.0+abc'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(installed, (UnixFileMode)0b111_101_101);
        var (exitCode, said) = await RunAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains($"install: {installed} is version 7.9.0, and the newest release at {_server.Url}/latest/download is "
            + $"{Release.Version}: nothing was installed; to go back to {Release.Version}, use -Version {Release.Version}",
            said, StringComparison.Ordinal);

        (exitCode, said) = await RunAsync("-Version", Release.Version);
        Assert.True(exitCode == 0, said);
        Assert.Equal(await File.ReadAllBytesAsync(Machine.Program), await File.ReadAllBytesAsync(installed));
    }

    [Fact]
    public async Task Without_ssh_keygen_nothing_is_trusted()
    {
        _machine.Variables["PATH"] = _machine.MakePath("uname");
        await FailsAndInstallsNothingAsync("the signature of the release cannot be checked without ssh-keygen");
    }

    [Fact]
    public async Task Purge_removes_settings_key_and_caches_and_uninstall_does_not()
    {
        Assert.Equal(0, (await RunAsync()).ExitCode);
        var cache = Directory.CreateDirectory(_machine.File("AppData/Local/sshpod")).FullName;
        var (exitCode, said) = await RunAsync("-Uninstall");
        Assert.True(exitCode == 0, said);
        Assert.True(Directory.Exists(cache));

        Assert.Equal(0, (await RunAsync()).ExitCode);
        (exitCode, said) = await RunAsync("-Purge");
        Assert.True(exitCode == 0, said);
        Assert.False(Directory.Exists(cache));
        Assert.False(Path.Exists(Prefix));
    }

    [Fact]
    public async Task The_line_of_the_README_installs()
    {
        var (exitCode, said) = await RunReadmeAsync();
        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(Path.Combine(Prefix, "sshpod.exe")), said);
    }

    // This PowerShell, which is 7. Windows PowerShell 5.1 has no option for it that does not forbid every redirect.
    [Fact]
    public async Task The_line_of_the_README_follows_a_redirect_to_https_alone()
    {
        await using var plain = new ReleaseServer(release.Tree, null);
        _server.Redirected = "install.ps1";
        _server.Redirect = plain.Url;
        await RunReadmeAsync();
        Assert.Empty(plain.Requests);
        Assert.False(Path.Exists(Prefix));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Piping_it_into_iex_leaves_the_session_open(bool isWhole)
    {
        if (!isWhole)
            _server.Changed[Archive] = null;
        // Like `irm URL | iex`.
        var (exitCode, said) = await _machine.RunAsync(PowerShell, "-NoProfile", "-NonInteractive", "-Command",
            $"Get-Content -Raw '{Script}' | Invoke-Expression; \"and then $LASTEXITCODE\"");

        Assert.Equal(0, exitCode);
        Assert.EndsWith($"and then {(isWhole ? 0 : 1)}\n", said, StringComparison.Ordinal);
        Assert.Equal(isWhole, File.Exists(Path.Combine(Prefix, "sshpod.exe")));
    }

    [Fact]
    public async Task A_release_without_the_archive_is_not_installed()
    {
        _server.Changed[Archive] = null;
        await FailsAndInstallsNothingAsync($"cannot download {_server.Url}/download/v{Release.Version}/{Archive}");
    }

    [Fact]
    public async Task A_download_that_is_cut_is_not_installed()
    {
        _server.Cut = Archive;
        await FailsAndInstallsNothingAsync($"cannot download {_server.Url}/download/v{Release.Version}/{Archive}");
    }

    [Fact]
    public async Task A_list_without_end_is_not_downloaded()
    {
        _server.Endless = ("SHA256SUMS", 64 * 1024, TimeSpan.Zero);
        await FailsAndInstallsNothingAsync($"cannot download {_server.Url}/latest/download/SHA256SUMS: it has more than 65536 bytes");
        // The limit of size ended it, not that of time: buffers of sockets hold some more.
        Assert.InRange(_server.EndlessSent, 1, 32 << 20);
    }

    [Fact]
    public async Task A_list_that_hardly_comes_is_given_up()
    {
        _server.Endless = ("SHA256SUMS", 1, TimeSpan.FromMilliseconds(200));
        var since = Stopwatch.GetTimestamp();
        await FailsAndInstallsNothingAsync($"cannot download {_server.Url}/latest/download/SHA256SUMS: it does not end in 20 s");
        Assert.InRange(Stopwatch.GetElapsedTime(since).TotalSeconds, 18, 60);
    }

    [Fact]
    public async Task An_architecture_that_the_release_does_not_have_is_told()
    {
        _machine.Variables["PROCESSOR_ARCHITECTURE"] = "ARM64";
        await FailsAndInstallsNothingAsync("the release has nothing for windows-arm64");
    }

    [Fact]
    public async Task Releases_are_downloaded_over_TLS_or_from_this_machine()
    {
        _machine.Variables["SSHPOD_RELEASES"] = "http://releases.invalid/releases";
        await FailsAndInstallsNothingAsync("SSHPOD_RELEASES is http://releases.invalid/releases: it must begin with https://");
    }

    [Fact]
    public async Task A_prefix_below_a_file_is_told_before_anything_is_downloaded()
    {
        await File.WriteAllTextAsync(_machine.File("file"), "");
        await FailsAndInstallsNothingAsync("cannot install to ", "-Prefix", _machine.File("file/bin"));
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task A_prefix_may_have_spaces_and_brackets_and_a_version_its_v()
    {
        var prefix = _machine.File("My Programs [x86]");
        var (exitCode, said) = await RunAsync("-Prefix", prefix, "-Version", $"v{Release.Version}", "-Yes");

        Assert.True(exitCode == 0, said);
        Assert.True(File.Exists(Path.Combine(prefix, "sshpod.exe")));
    }

    [Fact]
    public async Task An_upgrade_replaces_a_program_that_runs_and_uninstall_leaves_ssh_as_it_was()
    {
        var installed = Path.Combine(Directory.CreateDirectory(Prefix).FullName, "sshpod.exe");
        File.Copy("/bin/sleep", installed);
        using (var running = Process.Start(installed, "60"))
        {
            try
            {
                var (exitCode, said) = await RunAsync();
                Assert.True(exitCode == 0, said);
                Assert.False(running.HasExited);
                Assert.Equal(await File.ReadAllBytesAsync(Machine.Program), await File.ReadAllBytesAsync(installed));
            }
            finally
            {
                running.Kill();
            }
        }
        var (removed, word) = await RunAsync("-Uninstall");
        Assert.True(removed == 0, word);
        Assert.False(File.Exists(installed));
        Assert.False(File.Exists(_machine.File(".ssh/config")));
    }

    [Fact]
    public async Task A_redirect_to_a_server_without_TLS_is_refused()
    {
        _server.Redirect = "http://downloads.invalid";
        await FailsAndInstallsNothingAsync($"cannot download {_server.Url}/download/v{Release.Version}/{Archive}: it redirects to "
            + $"http://downloads.invalid/stored/download/v{Release.Version}/{Archive}, which is not https://");
    }

    [Fact]
    public async Task It_holds_nothing_that_Windows_PowerShell_cannot_read()
    {
        // The grammar of 5.1 lacks these tokens of 7.
        var script =
            $"$t = $null; $e = $null; "
            + $"[void][System.Management.Automation.Language.Parser]::ParseFile('{Path.Combine(Machine.Root, "install.ps1")}', [ref]$t, "
            + $"[ref]$e); "
            + "$e.Count; ($t | Where-Object { $_.Kind -in 'QuestionMark', 'QuestionQuestion', 'QuestionQuestionEquals', 'QuestionDot', "
            + "'QuestionLBracket', 'AndAnd', 'OrOr' }).Count";
        var (_, said) = await _machine.RunAsync(PowerShell, "-NoProfile", "-NonInteractive", "-Command", script);
        Assert.Equal(["0", "0"], said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        // Without a byte order mark, it assumes the ANSI code page.
        Assert.All(await File.ReadAllBytesAsync(Path.Combine(Machine.Root, "install.ps1")), value => Assert.InRange(value, 0, 127));
    }

    private Task<(int ExitCode, string Said)> RunReadmeAsync()
    {
        var line = Document.Sections("README.md").SelectMany(section => section.Blocks).Select(block => block.Body)
            .Single(body => body.StartsWith("PS> powershell", StringComparison.Ordinal));
        var path = Directory.CreateDirectory(_machine.File("path")).FullName;
        File.CreateSymbolicLink(Path.Combine(path, "powershell"), PowerShell);
        _machine.Variables["PATH"] = $"{path}:{Environment.GetEnvironmentVariable("PATH")}";
        return _machine.RunAsync(PowerShell, "-NoProfile", "-NonInteractive", "-Command", line["PS> ".Length..]);
    }

    private Task<(int ExitCode, string Said)> RunAsync(params string[] arguments) =>
        _machine.RunAsync([PowerShell, "-NoProfile", "-NonInteractive", "-File", Script, .. arguments]);

    // Signed hashes of another version, as a mirror can keep them.
    private async Task OfferAsync(string version)
    {
        var hashes = System.Text.Encoding.ASCII.GetBytes(
            $"{new string('0', 64)}  {Archive.Replace(Release.Version, version, StringComparison.Ordinal)}\n");
        _server.Changed["SHA256SUMS"] = hashes;
        _server.Changed["SHA256SUMS.sig"] = await release.SignAsync(hashes);
    }

    private async Task FailsAndInstallsNothingAsync(string message, params string[] arguments)
    {
        _machine.Variables["TMPDIR"] = Directory.CreateDirectory(_machine.File("tmp")).FullName;
        var (exitCode, said) = await RunAsync(arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains($"install: {message}", said, StringComparison.Ordinal);
        Assert.False(Path.Exists(Prefix));
        Assert.False(Path.Exists(_machine.File(".ssh/config")));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_machine.File("tmp")), file => Path.GetFileName(file)
            .StartsWith("sshpod", StringComparison.Ordinal));
    }
}
