using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Windows;

/// <summary>
/// A machine that wine makes of this one, on which <c>sshpod.exe</c> runs. Its ssh is this machine's, and reads the configuration that
/// sshpod.exe has written; <c>tests/windows</c> starts the ProxyCommand as OpenSSH for Windows does.
/// </summary>
public sealed partial class WindowsMachine : IAsyncLifetime
{
    private const string NameServerAddress = "127.0.0.78";

    private readonly TestCluster _cluster;
    private readonly Dictionary<string, string?> _wine;
    private RunningProgram? _spawner;
    private int _port;
    private NameServer? _names;

    /// <summary>Nothing is made before <see cref="InitializeAsync"/>.</summary>
    public WindowsMachine(TestCluster cluster)
    {
        _cluster = cluster;
        Workstation = Workstation.Bare(cluster);
        _wine = new Dictionary<string, string?>(Workstation.Environment)
        {
            ["WINEPREFIX"] = Workstation.File("wine"),
            ["WINEDEBUG"] = "-all",
            // Nothing of a desktop, no Mono and no browser.
            ["DISPLAY"] = null,
            ["WINEDLLOVERRIDES"] = "mscoree,mshtml=d",
            ["XDG_CACHE_HOME"] = OnWindows(Workstation.File("cache")),
            ["XDG_CONFIG_HOME"] = OnWindows(Workstation.File("config")),
            // wine 8 maps no code that was compiled ahead.
            ["DOTNET_ReadyToRun"] = "0",
            ["TMPDIR"] = null,
            ["SPAWNER_SECRET"] = Secret,
        };
    }

    /// <summary>Who knows it may have the spawner start programs.</summary>
    public static string Secret { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));

    /// <summary>The program.</summary>
    public static string Program { get; } = Path.Combine(Document.Root, "artifacts/win-x64/sshpod.exe");

    /// <summary>The program that starts it.</summary>
    public static string Spawner { get; } = Path.Combine(Document.Root, "artifacts/windows/Sshpod.Windows.exe");

    /// <summary>Why there is no such machine here; null if there is one.</summary>
    public static string? Missing =>
        !Exists("wine") ? "wine is not installed, and so nothing runs sshpod.exe: apt-get install wine"
        : !File.Exists(Program) ? "there is no sshpod.exe: run build/publish.sh win-x64 artifacts"
        : !File.Exists(Spawner) ? $"there is no {Path.GetFileName(Spawner)}: run tests/windows/build.sh artifacts" : null;

    /// <summary>Its files, as this machine sees them.</summary>
    public Workstation Workstation { get; }

    /// <summary>What the program has written to ssh's stderr, and <c>exit CODE</c> for each that has ended by itself.</summary>
    public string Said => _spawner!.Error;

    /// <summary>The environment of programs on it.</summary>
    public Dictionary<string, string?> Environment => _wine;

    /// <summary>A path of this machine, there.</summary>
    public static string OnWindows(string path) => $"Z:{path.Replace('/', '\\')}";

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        if (Missing is not null)
            return;
        // Of wine's own setup, which asks nobody.
        (await Run.ProgramAsync("wine", ["wineboot", "--init"], _wine)).Successfully();
        await UseTokenByNameAsync();
        // There is no ssh-keygen.
        Directory.CreateDirectory(
            Workstation.File("cache/sshpod"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var key = Workstation.File("cache/sshpod/id_ed25519");
        (await Run.ProgramAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])).Successfully();
        foreach (var half in new[] { "", ".pub" })
            File.Copy(key + half, $"{key}.next{half}");
        (await SshpodAsync("configure", "--ssh-config", OnWindows(Workstation.SshConfig))).Successfully();
        (_spawner, _port) = await StartSpawnerAsync(_wine);
        await UseConfigurationAsync();
    }

    /// <summary>Runs sshpod.exe.</summary>
    public Task<Outcome> SshpodAsync(params string[] arguments) => RunAsync(Program, arguments);

    /// <summary>Runs a program of Windows.</summary>
    public Task<Outcome> RunAsync(string program, params string[] arguments) => RunAsync(_wine, program, arguments);

    /// <summary>Runs a program of Windows with another environment.</summary>
    public Task<Outcome> RunAsync(Dictionary<string, string?> environment, string program, params string[] arguments) =>
        Run.ProgramAsync(Enter, [program, .. arguments], environment);

    /// <summary>Starts what starts sshpod.exe.</summary>
    /// <param name="environment">The environment of both.</param>
    /// <returns>It, and the port on which it listens.</returns>
    public async Task<(RunningProgram Spawner, int Port)> StartSpawnerAsync(Dictionary<string, string?> environment)
    {
        var port = new TaskCompletionSource<int>();
        var spawner = new RunningProgram(Enter, [Spawner, "serve"], environment,
            output: PipeTarget.ToDelegate(line => port.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture))));
        return (spawner, await port.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    /// <summary>Runs ssh as root in a target.</summary>
    public Task<Outcome> SshAsync(PipeSource? input, string target, params string[] command) =>
        Workstation.SshAsync(input, target, command);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_spawner is not null)
            await _spawner.DisposeAsync();
        if (Missing is null)
            await Run.ProgramAsync("wineserver", ["--kill"], _wine);
        if (_names is not null)
            await _names.DisposeAsync();
        await Workstation.DisposeAsync();
    }

    private string Enter => Workstation.File("enter");

    private static bool Exists(string program) =>
        System.Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    // The name that the certificate of every API server has, found in DNS.
    private async Task UseTokenByNameAsync()
    {
        var token = await _cluster.CreateAdminAsync("windows");
        await Workstation.UseKubeconfigAsync(async kubeconfig =>
        {
            var (server, _) = await kubeconfig.ServerAsync();
            _names = new NameServer(IPAddress.Parse(NameServerAddress),
                IPAddress.TryParse(server.Host, out var parsed) ? parsed : (await Dns.GetHostAddressesAsync(server.Host))[0]);
            await kubeconfig.SetServerAsync($"https://kubernetes.default.svc:{server.Port}");
            await kubeconfig.UseTokenAsync(token);
        });
        _wine["KUBECONFIG"] = OnWindows(Workstation.Environment["KUBECONFIG"]!);
        await File.WriteAllTextAsync(Workstation.File("resolv.conf"), $"nameserver {NameServerAddress}\n");
        await WriteProgramAsync(Enter, $"""
            #!/bin/sh
            exec unshare --mount sh -c 'mount --bind {Workstation.File("resolv.conf")} /etc/resolv.conf && exec wine "$@"' - "$@"

            """);
    }

    // What sshpod.exe wrote, with this machine's paths, and ProxyCommand carried to the spawner as it stands.
    private async Task UseConfigurationAsync()
    {
        var relay = Workstation.File("relay");
        // Only the last has ssh's stdout, and so ssh sees its end; ssh kills it when it ends itself.
        await WriteProgramAsync(relay, $"""
            #!/bin/bash
            exec 3<>/dev/tcp/127.0.0.1/{_port}
            printf '%s\n%s\n' {Secret} "$1" >&3
            cat <&0 >&3 2>/dev/null &
            exec cat <&3 3>&-

            """);
        var written = await File.ReadAllTextAsync(Workstation.File("config/sshpod/ssh_config"));
        var commands = ProxyCommand().Replace(written, match => $"ProxyCommand {relay} '{match.Groups["line"].Value}'");
        await File.WriteAllTextAsync(Workstation.SshConfig, PathOfOption().Replace(commands, "/"));
    }

    private static async Task WriteProgramAsync(string file, string script)
    {
        await File.WriteAllTextAsync(file, script);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [GeneratedRegex("ProxyCommand (?<line>.+)")]
    private static partial Regex ProxyCommand();

    // All but those in a ProxyCommand.
    [GeneratedRegex("(?<!'.*)Z:/")]
    private static partial Regex PathOfOption();
}
