using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Windows;

/// <summary>sshpod.exe under wine, which is not Windows: tests/windows/README.md says what that leaves open.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class WindowsTests(TestCluster cluster, WindowsMachine windows) : IClassFixture<WindowsMachine>
{
    [Fact]
    public async Task It_says_its_version()
    {
        SkipWithoutWindows();
        Assert.StartsWith("sshpod ", (await windows.SshpodAsync("version")).Quietly().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_lists_containers_over_TLS_by_a_name_in_DNS_and_with_a_token()
    {
        SkipWithoutWindows();
        var listed = (await windows.SshpodAsync("list", "--namespace", cluster.Namespace)).Quietly().Text;
        Assert.Contains($"pod--busybox.namespace--{cluster.Namespace}.sshpod", listed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssh_runs_commands_in_a_pod()
    {
        SkipWithoutWindows();
        var session = await windows.SshAsync(PipeSource.FromString("input"), "pod--busybox", "cat; echo; id -u; echo error >&2; exit 7");
        Assert.Equal((7, "input\n0\n", "error\n"), (session.ExitCode, session.Text, session.Error));
    }

    [Fact]
    public async Task Twenty_megabytes_arrive_unchanged_in_both_directions()
    {
        SkipWithoutWindows();
        var content = RandomNumberGenerator.GetBytes(20_000_000);
        var echoed = (await windows.SshAsync(
            PipeSource.FromBytes(content), "pod--busybox", "tee /tmp/windows | cat; sha256sum /tmp/windows >&2")).Successfully();
        Assert.Equal(Convert.ToHexString(SHA256.HashData(content)), Convert.ToHexString(SHA256.HashData(echoed.Output)));
        Assert.StartsWith(Convert.ToHexStringLower(SHA256.HashData(content)), echoed.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Five_connections_at_once_work()
    {
        SkipWithoutWindows();
        // wine compiles all of them at once, and the server waits 30 s for a login: with ten, one was seen to come too late.
        var sessions = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => windows.SshAsync(null, "pod--debian", $"echo {i}")));
        Assert.All(sessions.Select((session, i) => (session, i)), one => Assert.True(
            one.session.Text == $"{one.i}\n", $"{one.session.Text}{one.session.Error}{windows.Said}"));
    }

    [Fact]
    public async Task A_wrong_host_name_is_told_in_one_line_with_exit_code_255()
    {
        SkipWithoutWindows();
        var wrong = await windows.SshpodAsync("proxy", "--host", "pad--x.sshpod");
        Assert.Equal((255, ""), (wrong.ExitCode, wrong.Text));
        Assert.Matches("^sshpod: [^\n]*pad--x[^\n]*\n$", wrong.Error.Replace("\r", "", StringComparison.Ordinal));

        var ssh = await windows.SshAsync(null, "pod--no-such-pod", "true");
        Assert.Equal(255, ssh.ExitCode);
        await Eventually.HoldsAsync("ssh's stderr has the line, and ssh the exit code",
            () => Regex(windows.Said, "(^|\n)sshpod: [^\n]*no-such-pod[^\n]*\nexit 255\n"));
    }

    [Fact]
    public async Task Configure_writes_paths_with_slashes_and_unconfigure_leaves_nothing()
    {
        SkipWithoutWindows();
        // Where OpenSSH for Windows looks, and where sshpod keeps its files unless it is told otherwise.
        var home = windows.Workstation.File($"wine/drive_c/users/{Environment.UserName}");
        var environment = new Dictionary<string, string?>(windows.Environment) { ["XDG_CONFIG_HOME"] = null };
        (await RunAsync("configure", "--yes")).Successfully();

        var own = Path.Combine(home, "AppData/Roaming/sshpod/ssh_config");
        var user = Path.Combine(home, ".ssh/config");
        var block = await File.ReadAllTextAsync(own);
        Assert.Contains($"\n    ProxyCommand Z:{WindowsMachine.Program} proxy --host %n\n", block, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\\', block);
        Assert.Contains($"Include \"C:/users/{Environment.UserName}/AppData/Roaming/sshpod/ssh_config\"", await File.ReadAllTextAsync(user),
            StringComparison.OrdinalIgnoreCase);

        (await RunAsync("configure", "--remove", "--yes")).Successfully();
        Assert.False(File.Exists(own) || File.Exists(user));

        Task<Outcome> RunAsync(params string[] arguments) => Run.ProgramAsync("wine", [WindowsMachine.Program, .. arguments], environment);
    }

    [Fact]
    public async Task Doctor_finds_what_configure_wrote_and_a_key_that_is_private()
    {
        SkipWithoutWindows();
        var host = windows.Workstation.Host("pod--busybox");
        // An ssh.exe that says what ssh says of the very file that sshpod.exe wrote.
        var said = (await Run.ProgramAsync("ssh", ["-G", "-F", windows.Workstation.File("config/sshpod/ssh_config"), host])).Successfully();
        var file = windows.Workstation.File("said");
        await File.WriteAllBytesAsync(file, said.Output);
        Directory.CreateDirectory(windows.Workstation.File("path"));
        await File.WriteAllTextAsync(windows.Workstation.File("path/ssh.cmd"), $"""
            @echo off
            if "%1"=="-V" (echo OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2 1>&2) else (type {WindowsMachine.OnWindows(file)})

            """.ReplaceLineEndings("\r\n"));
        var environment = new Dictionary<string, string?>(windows.Environment)
        {
            ["WINEPATH"] = WindowsMachine.OnWindows(windows.Workstation.File("path")),
        };
        var healthy = await windows.RunAsync(environment, WindowsMachine.Program, "doctor", "--no-connect", host);
        Assert.Matches("\nok +configuration +ssh runs Z:/[^\n]*, with our key and known hosts", healthy.Text);
        Assert.Matches("\nok +key ", healthy.Text);
        Assert.Equal(0, healthy.ExitCode);

        // wine makes an ACL of it.
        var key = windows.Workstation.File("cache/sshpod/id_ed25519");
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        try
        {
            var open = await windows.RunAsync(environment, WindowsMachine.Program, "doctor", "--no-connect", host);
            Assert.Matches("\nfailure +key +the private key [^\n]* is open to others \\([^\n]*icacls ", open.Text);
        }
        finally
        {
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Fact]
    public async Task A_kubectl_in_the_current_directory_is_not_run()
    {
        SkipWithoutWindows();
        File.Copy(WindowsMachine.Spawner, windows.Workstation.File("kubectl.exe"));
        var environment = new Dictionary<string, string?>(windows.Environment) { ["SSHPOD_TRANSPORT"] = "kubectl" };
        var run = await Run.ProgramAsync(
            "sh", ["-c", $"cd {windows.Workstation.Home} && exec wine {WindowsMachine.Program} list"], environment);
        Assert.Equal(255, run.ExitCode);
        Assert.Contains("cannot run kubectl: it is not on your PATH", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_sshpod_has_started_ends_when_ssh_kills_it()
    {
        SkipWithoutWindows();
        var pid = windows.Workstation.File("plugin-pid");
        var kubeconfig = await Kubeconfig.CopyAsync(windows.Workstation.Environment, null, windows.Workstation.File("with-plugin"));
        await kubeconfig.SetPluginAsync(
            WindowsMachine.OnWindows(WindowsMachine.Spawner), arguments: ["wait", WindowsMachine.OnWindows(pid)]);
        var line = $"{WindowsMachine.OnWindows(WindowsMachine.Program)} proxy --host {windows.Workstation.Host("pod--busybox")}";
        var (spawner, port) = await windows.StartSpawnerAsync(
            new Dictionary<string, string?>(windows.Environment) { ["KUBECONFIG"] = WindowsMachine.OnWindows(kubeconfig.Path) });
        await using var end = spawner;
        using (var ssh = new TcpClient("127.0.0.1", port))
        {
            await ssh.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"{WindowsMachine.Secret}\n{line}\n"));
            await Eventually.HoldsAsync("the plugin runs", () => File.Exists(pid) && Runs());
        }
        await Eventually.HoldsAsync("the plugin has ended", () => !Runs());

        bool Runs() => Directory.GetDirectories("/proc").Any(process => Read(Path.Combine(process, "cmdline")) is { } words
            && words.Contains("Sshpod.Windows.exe", StringComparison.Ordinal) && words.Contains("plugin-pid", StringComparison.Ordinal));
    }

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Regex(string text, string pattern) =>
        System.Text.RegularExpressions.Regex.IsMatch(text.Replace("\r", "", StringComparison.Ordinal), pattern);

    private static void SkipWithoutWindows()
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Null(WindowsMachine.Missing);
        else
            Assert.SkipWhen(WindowsMachine.Missing is not null, WindowsMachine.Missing ?? "");
    }
}
