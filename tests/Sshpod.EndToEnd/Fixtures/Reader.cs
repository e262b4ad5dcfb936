using System.Text.RegularExpressions;
using CliWrap;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// Somebody who follows the documentation: types its commands into a shell, and fills in a pod of their own where it leaves a name open.
/// Their ssh finds its configuration in the usual place. Whatever they leave running ends with the shell.
/// </summary>
public sealed partial class Reader : IAsyncDisposable
{
    private readonly Dictionary<string, string> _names;
    private readonly string _passwd;

    private Reader(Workstation workstation, Dictionary<string, string> names)
    {
        (Workstation, _names) = (workstation, names);
        _passwd = workstation.File("passwd");
    }

    /// <summary>Their machine.</summary>
    public Workstation Workstation { get; }

    /// <summary>Creates a reader with a Debian pod, a kubeconfig whose two contexts have its namespace, and a directory of files.</summary>
    /// <param name="cluster">Where the pod runs.</param>
    /// <param name="name">What replaces NAME: unique to each test class, since a reader also runs clean.</param>
    public static async Task<Reader> SetUpAsync(TestCluster cluster, string name)
    {
        await cluster.CreatePodAsync(name, "debian:12");
        return await OfAsync(cluster, name);
    }

    /// <summary>The same, with a pod that is there.</summary>
    public static async Task<Reader> OfAsync(TestCluster cluster, string name)
    {
        var workstation = Workstation.Bare(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetContextsAsync(cluster.Namespace, "here", "user@dev.example"));
        Directory.CreateDirectory(workstation.File("folder/below"));
        await File.WriteAllTextAsync(workstation.File("folder/below/file"), "content\n");
        var reader = new Reader(workstation, new()
        {
            ["NAME"] = name,
            ["NS"] = cluster.Namespace,
            ["CONTEXT"] = "here",
            ["CONTAINER"] = "main",
            ["DIRECTORY"] = "folder",
            ["CONFIG"] = ".ssh/config",
            ["FILE"] = "folder/below/file",
            ["MOUNT"] = "mount",
        });
        await reader.UseOrdinaryPlacesAsync();
        (await reader.ShellAsync("sshpod configure")).Successfully();
        return reader;
    }

    /// <summary>Sets the value of another name that the documentation leaves open.</summary>
    public void FillIn(string name, string value) => _names[name] = value;

    /// <summary>Text from the documentation, with the names filled in.</summary>
    public string Fill(string text) => OpenName().Replace(text, name => _names.GetValueOrDefault(name.Value, name.Value));

    /// <summary>Writes the files of a section and runs its commands in order, except unwanted ones.</summary>
    public async Task<Outcome> FollowAsync(Section section, Func<string, bool>? unwanted = null)
    {
        foreach (var block in section.Blocks.Where(block => block.File is not null))
            await File.WriteAllTextAsync(Workstation.File(block.File!), Fill(block.Body));
        var commands = section.Blocks.SelectMany(block => block.Commands).Where(command => unwanted?.Invoke(command) != true);
        return (await ShellAsync(Fill(string.Join('\n', commands)))).Successfully();
    }

    /// <summary>Runs a bash script up to the first command that fails.</summary>
    public Task<Outcome> ShellAsync(string script, PipeSource? input = null)
    {
        var shell = Shell(script);
        return Run.ProgramAsync(shell[0], shell[1..], Workstation.Environment, input);
    }

    /// <summary>Starts a script that runs until disposed.</summary>
    public RunningProgram Start(string script, PipeSource? input = null, PipeTarget? output = null)
    {
        var shell = Shell(script);
        return new RunningProgram(shell[0], shell[1..], Workstation.Environment, input, output);
    }

    /// <summary>Opens a terminal that runs a command.</summary>
    public Task<TmuxTerminal> OpenTerminalAsync(string command) =>
        TmuxTerminal.StartAsync(Workstation, 120, 30,
            string.Join(' ', Shell(command).Select(word => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'")));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Workstation.DisposeAsync();

    // ssh takes the home directory from /etc/passwd, not HOME, so replace that file, for the script alone.
    private string[] Shell(string script) =>
    [
        "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c",
        """
        mount --bind "$1" /etc/passwd && cd && exec bash -e -o pipefail -c "trap 'echo failed: \$BASH_COMMAND >&2' ERR
        $2"
        """,
        "bash", _passwd, script,
    ];

    private async Task UseOrdinaryPlacesAsync()
    {
        Workstation.Environment["XDG_CACHE_HOME"] = Workstation.Environment["XDG_CONFIG_HOME"] = null;
        // Only Debian's python3 has Debian's modules, and PATH may find another one first.
        var programs = Directory.CreateDirectory(Workstation.File("bin")).FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "sshpod"), Workstation.Program);
        File.CreateSymbolicLink(Path.Combine(programs, "python3"), "/usr/bin/python3");
        Workstation.Environment["PATH"] = $"{programs}:{Environment.GetEnvironmentVariable("PATH")}";
        await File.WriteAllTextAsync(_passwd, $"root:x:0:0:root:{Workstation.Home}:/bin/sh\n");
    }

    [GeneratedRegex(@"\b[A-Z]+\b")]
    private static partial Regex OpenName();
}
