using System.Diagnostics;
using System.Globalization;
using CliWrap;

namespace Sshpod.Tests.Machine;

/// <summary>
/// Programs are planted in a work tree that somebody else wrote, and in sshpod's own directory. Whatever the user does there, and whatever
/// entries PATH has, only programs in its absolute directories run. The cluster of these tests is a fake kubectl, or none.
/// </summary>
public sealed class PlantedProgramTests : IAsyncDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly string[] Names = ["kubectl", "ssh", "ssh-keygen", "login", "sshpod", "sh", "sleep"];
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _home = Directory.CreateTempSubdirectory("sshpod-planted-").FullName;

    private string Tree => Path.Combine(_home, "tree");

    private string Program => Path.Combine(_home, "program/sshpod");

    private string PidFile => Path.Combine(_home, "pid");

    /// <summary>After a TAB a process stays that writes to the cache: the directory goes when it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        if (OperatingSystem.IsLinux())
            await HoldsAsync("nobody uses the directory any more", () => !Directory.EnumerateDirectories("/proc").Any(process =>
                int.TryParse(Path.GetFileName(process), out _) && Environment(process).Contains(_home, StringComparison.Ordinal)));
        Directory.Delete(_home, recursive: true);
    }

    private static string Environment(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/environ");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public static TheoryData<string, string, string, string> Runs()
    {
        var runs = new TheoryData<string, string, string, string>();
        // The command, its transport, and the genuine programs that it needs.
        foreach (var (command, transport, genuine) in new[]
        {
            ("proxy --host pod--x.sshpod --user root", "kubectl", "ssh-keygen kubectl login"),
            ("proxy --host pod--x.sshpod --user root", "api", "ssh-keygen login"),
            ("list", "kubectl", "kubectl login"),
            ("list", "api", "login"),
            ("complete host ssh root@pod--", "kubectl", "kubectl login"),
            ("complete host ssh root@pod--", "api", "login"),
            ("doctor -F HOME/ssh_config root@pod--x.sshpod", "kubectl", "ssh kubectl login"),
            ("doctor -F HOME/ssh_config root@pod--x.sshpod", "api", "ssh login"),
            ("configure --ssh-config HOME/ssh_config --yes", "api", "ssh-keygen"),
            ("configure --ssh-config HOME/ssh_config --yes --hosts", "kubectl", "ssh-keygen kubectl login"),
            ("clean pod--x.sshpod", "kubectl", "kubectl login"),
            ("clean pod--x.sshpod", "api", "login"),
        })
        {
            foreach (var before in new[] { "", ".:", ":", "bin:./bin:" })
                runs.Add(command, transport, before, genuine);
        }
        return runs;
    }

    [Theory, MemberData(nameof(Runs))]
    public async Task Nothing_that_was_planted_runs(string command, string transport, string before, string genuine)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the plants are scripts");
        Plant();
        var ran = Path.Combine(_home, "genuine.log");
        var result = await Run(command, transport, before).ExecuteAsync(new CancellationTokenSource(Limit).Token);
        // At a TAB another process asks, so wait for it.
        string[] wanted = genuine.Split(' ');
        await HoldsAsync($"{genuine} have run, exit {result.ExitCode}", () => Planted().Length > 0
            || (File.Exists(ran) && wanted.All(File.ReadAllLines(ran).Contains)));
        Assert.Equal("", Planted());
    }

    [Theory]
    [InlineData("kubectl", "HUP")]
    [InlineData("kubectl", "TERM")]
    [InlineData("api", "HUP")]
    [InlineData("api", "TERM")]
    public async Task The_credential_plugin_and_what_it_has_started_end_when_ssh_ends_us(string transport, string signal)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "looks at /proc");
        Plant();
        Write("genuine", "login", $"(sleep 1000 & echo $! >{PidFile})\nsleep 1000\n");
        using var limit = new CancellationTokenSource(Limit);
        var running = Run("proxy --host pod--x.sshpod --user root", transport, "").ExecuteAsync(limit.Token);
        await HoldsAsync("the plugin runs", () => File.Exists(PidFile) && File.ReadAllText(PidFile).EndsWith('\n'));
        var sleeping = int.Parse(await File.ReadAllTextAsync(PidFile, limit.Token), CultureInfo.InvariantCulture);
        using (var kill = Process.Start("kill", [$"-{signal}", running.ProcessId.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(limit.Token);
        Assert.Equal(255, (await running).ExitCode);
        await HoldsAsync("the plugin's child has ended", () => !IsRunning(sleeping));
    }

    [Fact]
    public async Task A_library_beside_the_program_is_not_loaded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/cc"), "needs a compiler");
        Plant();
        var source = Path.Combine(_home, "libc.c");
        await File.WriteAllTextAsync(source, $$"""
            #include <stdio.h>
            __attribute__((constructor)) static void planted(void) { fclose(fopen("{{_home}}/planted.log", "w")); }
            """, TestContext.Current.CancellationToken);
        await Cli.Wrap("/usr/bin/cc").WithArguments(["-shared", "-fPIC", "-o", Path.Combine(_home, "program/libc.so"), source])
            .ExecuteAsync(TestContext.Current.CancellationToken);
        await Run("proxy --host pod--x.sshpod", "kubectl", "").ExecuteAsync(TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(_home, "genuine.log")));
        Assert.False(File.Exists(Path.Combine(_home, "planted.log")));
    }

    [Fact]
    public async Task A_relative_plugin_path_is_resolved_against_the_kubeconfig()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the plants are scripts");
        Plant();
        var log = Path.Combine(_home, "genuine.log");
        File.WriteAllText(Path.Combine(_home, "kubeconfig"),
            (await File.ReadAllTextAsync(Path.Combine(_home, "kubeconfig"), TestContext.Current.CancellationToken))
            .Replace("command: login", "command: bin/login", StringComparison.Ordinal));
        Write("bin", "login", $"echo beside >>{log}\nexit 1\n");
        await Run("list", "api", "").ExecuteAsync(new CancellationTokenSource(Limit).Token);
        Assert.Equal(["beside"], await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken));
        Assert.Equal("", Planted());
    }

    private Command Run(string command, string transport, string before) =>
        Cli.Wrap(Program).WithArguments(command.Replace("HOME", _home, StringComparison.Ordinal).Split(' ')).WithWorkingDirectory(Tree)
            .WithEnvironmentVariables(new Dictionary<string, string?>
            {
                ["HOME"] = _home,
                ["XDG_CACHE_HOME"] = null,
                ["XDG_CONFIG_HOME"] = null,
                ["SSHPOD_LOG"] = null,
                ["KUBECONFIG"] = Path.Combine(_home, "kubeconfig"),
                ["SSHPOD_TRANSPORT"] = transport,
                ["PATH"] = $"{before}{Path.Combine(_home, "genuine")}:/usr/bin:/bin",
            })
            .WithValidation(CommandResultValidation.None);

    private void Plant()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Program)!);
        var built = Path.GetDirectoryName(BuiltProgram.Path)!;
        foreach (var file in Directory.EnumerateFiles(built, "sshpod*").Concat(Directory.EnumerateFiles(built, "*.dll")
            .Where(file => Path.GetFileName(file) is "System.CommandLine.dll" or "YamlDotNet.dll")).Append(BuiltProgram.Path).Distinct())
            File.Copy(file, Path.Combine(_home, "program", file == BuiltProgram.Path ? "sshpod" : Path.GetFileName(file)), overwrite: true);
        foreach (var directory in new[] { "tree", "tree/bin", "program" })
            foreach (var name in Names.Where(name => (directory, name) is not ("program", "sshpod")))
                Write(directory, name, $"echo {directory}/{name} >>{_home}/planted.log\n");

        var log = $"{_home}/genuine.log";
        Write("genuine", "ssh", $"echo ssh >>{log}\nexec /usr/bin/ssh \"$@\"\n");
        Write("genuine", "ssh-keygen", $"echo ssh-keygen >>{log}\nexec /usr/bin/ssh-keygen \"$@\"\n");
        // kubectl finds the plugin by its PATH too.
        Write("genuine", "kubectl", $$"""
            echo kubectl >>{{log}}
            login >/dev/null
            echo '{"kind": "List", "items": []}'
            """);
        Write("genuine", "login", $$$"""
            echo login >>{{{log}}}
            echo '{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1", "status": {"token": "t"}}'
            """);
        File.WriteAllText(Path.Combine(_home, "ssh_config"), "");
        // Nobody listens at this address.
        File.WriteAllText(Path.Combine(_home, "kubeconfig"), """
            apiVersion: v1
            kind: Config
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:9", insecure-skip-tls-verify: true}}]
            contexts: [{name: c, context: {cluster: c, user: u}}]
            current-context: c
            users:
            - name: u
              user:
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  command: login
                  interactiveMode: Never
            """);
    }

    private void Write(string directory, string name, string script)
    {
        var file = Path.Combine(Directory.CreateDirectory(Path.Combine(_home, directory)).FullName, name);
        File.WriteAllText(file, $"#!/bin/sh\n{script}");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, Executable);
    }

    private string Planted() => File.Exists(Path.Combine(_home, "planted.log")) ? File.ReadAllText(Path.Combine(_home, "planted.log")) : "";

    private static bool IsRunning(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private async Task HoldsAsync(string what, Func<bool> condition)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition(); await Task.Delay(20, TestContext.Current.CancellationToken))
            Assert.True(Stopwatch.GetElapsedTime(start) < Limit, $"not so: {what}; planted: {Planted()}");
    }
}
