using CliWrap;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// A user's machine: its own home directory with sshpod configured, and stock OpenSSH. The real home is neither read nor written.
/// </summary>
public sealed class Workstation : IAsyncDisposable
{
    /// <summary>The sshpod under test.</summary>
    public static string Program { get; } = System.Environment.GetEnvironmentVariable("SSHPOD_TEST_PROGRAM")
        ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../artifacts/sshpod"));

    private readonly TestCluster _cluster;

    private Workstation(TestCluster cluster)
    {
        _cluster = cluster;
        Home = Directory.CreateTempSubdirectory("sshpod-home-").FullName;
        Environment = new Dictionary<string, string?>
        {
            ["HOME"] = Home,
            ["XDG_CACHE_HOME"] = Path.Combine(Home, "cache"),
            ["XDG_CONFIG_HOME"] = Path.Combine(Home, "config"),
            ["SSH_AUTH_SOCK"] = null,
            ["SSHPOD_LOG"] = null,
            // HOME changes, but the kubeconfig does not.
            ["KUBECONFIG"] = System.Environment.GetEnvironmentVariable("KUBECONFIG")
                ?? Path.Combine(System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".kube/config"),
        };
    }

    /// <summary>The home directory.</summary>
    public string Home { get; }

    /// <summary>The environment of programs on it. Tests add to it.</summary>
    public Dictionary<string, string?> Environment { get; }

    /// <summary>The ssh configuration that <c>sshpod configure</c> has edited.</summary>
    public string SshConfig => Path.Combine(Home, "ssh_config");

    /// <summary>ssh with its configuration, in the form that git and rsync expect.</summary>
    public string SshCommand => $"ssh -F {SshConfig}";

    /// <summary>
    /// A machine on which <c>sshpod configure</c> has run. Each ssh makes its own connection, which is what most tests are about.
    /// </summary>
    public static Task<Workstation> SetUpAsync(TestCluster cluster) => SetUpAsync(cluster, "--no-sharing");

    /// <summary>
    /// A machine on which <c>sshpod configure</c> has run with these options. Shared connections end with <see cref="DisposeAsync"/>.
    /// </summary>
    public static async Task<Workstation> SetUpAsync(TestCluster cluster, params string[] options)
    {
        var workstation = new Workstation(cluster);
        (await workstation.SshpodAsync(["configure", "--ssh-config", workstation.SshConfig, .. options])).Successfully();
        return workstation;
    }

    /// <summary>A machine without any trace of sshpod.</summary>
    public static Workstation Bare(TestCluster cluster) => new(cluster);

    /// <summary>A host name in the namespace of this run.</summary>
    /// <param name="target">Its first part or parts, such as <c>pod--busybox</c>.</param>
    public string Host(string target) =>
        $"{target}.namespace--{_cluster.Namespace}{(_cluster.Context is { } context ? $".context--{context}" : "")}.sshpod";

    /// <summary>A file in the home directory.</summary>
    public string File(string name) => Path.Combine(Home, name);

    /// <summary>A PATH with these programs and no others.</summary>
    public string MakePath(params string[] programs)
    {
        var directory = Directory.CreateDirectory(File("path")).FullName;
        foreach (var program in programs)
            System.IO.File.CreateSymbolicLink(Path.Combine(directory, program), Locate(program));
        return directory;
    }

    /// <summary>The path of a program on the tests' own PATH.</summary>
    public static string Locate(string program) =>
        System.Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(directory => Path.Combine(directory, program))
        .First(System.IO.File.Exists);

    /// <summary>Gives this user a changed copy of the tests' kubeconfig.</summary>
    public async Task UseKubeconfigAsync(Func<Kubeconfig, Task> change)
    {
        var kubeconfig = await Kubeconfig.CopyAsync(Environment, _cluster.Context, File("kubeconfig"));
        await change(kubeconfig);
        Environment["KUBECONFIG"] = kubeconfig.Path;
    }

    /// <summary>Runs a program as this user.</summary>
    public Task<Outcome> RunAsync(string program, params string[] arguments) => Run.ProgramAsync(program, arguments, Environment);

    /// <summary>Runs sshpod.</summary>
    public Task<Outcome> SshpodAsync(params string[] arguments) => RunAsync(Program, arguments);

    /// <summary>Runs ssh as root in a target.</summary>
    public Task<Outcome> SshAsync(string target, params string[] command) => SshAsync(null, target, command);

    /// <summary>Runs ssh as root in a target, with input.</summary>
    public Task<Outcome> SshAsync(PipeSource? input, string target, params string[] command) =>
        Run.ProgramAsync("ssh", ["-F", SshConfig, $"root@{Host(target)}", .. command], Environment, input);

    /// <summary>Starts an ssh that runs until disposed, such as one that forwards a port.</summary>
    public RunningProgram StartSsh(params string[] arguments) => new("ssh", ["-F", SshConfig, .. arguments], Environment);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // ssh stays in the background with a shared connection.
        var sockets = Path.Combine(Home, "cache/sshpod/c");
        if (Directory.Exists(sockets))
            foreach (var socket in Directory.EnumerateFiles(sockets).Where(file => Path.GetExtension(file).Length == 0))
                await RunAsync("ssh", "-S", socket, "-O", "exit", "any");
        // A kubectl that was just killed, and what asks after a TAB, may still have been writing to a cache.
        await Eventually.HoldsAsync($"{Home} is deleted", () => Task.FromResult(TryDelete(Home)), TimeSpan.FromSeconds(10));
    }

    private static bool TryDelete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
            return true;
        }
        catch (IOException) when (Directory.Exists(directory))
        {
            return false;
        }
    }
}
