using System.Runtime.InteropServices;
using System.Text;
using CliWrap;

namespace Sshpod.Tests.Installers;

/// <summary>A user's machine to install on, with its own home directory.</summary>
public sealed class Machine : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The root of the checkout.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    /// <summary>The sshpod that `make build` built.</summary>
    public static string Program
    {
        get
        {
            Assert.SkipUnless(System.IO.File.Exists(Built) || Environment.GetEnvironmentVariable("CI") == "true",
                "needs the program: make build makes it");
            return Built;
        }
    }

    /// <summary>This machine's platform, as in the name of an archive.</summary>
    public static string Platform { get; } = $"linux-{(RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "arm64" : "amd64")}";

    private static string Built { get; } = Environment.GetEnvironmentVariable("SSHPOD_TEST_PROGRAM") is { Length: > 0 } program
        ? program : Path.Combine(Root, "artifacts/sshpod");

    /// <summary>The home directory.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("sshpod-install-").FullName;

    /// <summary>Where sshpod is installed by default.</summary>
    public string Prefix => File(".local/bin");

    /// <summary>Variables that differ from the tests' own.</summary>
    public Dictionary<string, string?> Variables { get; } =
        new() { ["XDG_CACHE_HOME"] = null, ["XDG_CONFIG_HOME"] = null, ["SSHPOD_LOG"] = null };

    /// <summary>A file in the home directory.</summary>
    public string File(string name) => Path.Combine(Home, name);

    /// <summary>Every file in the home directory, and below.</summary>
    public IEnumerable<string> Files() =>
        Directory.EnumerateFileSystemEntries(Home, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Home, file))
        .Order(StringComparer.Ordinal);

    /// <summary>A PATH with these programs and no others.</summary>
    public string MakePath(params IEnumerable<string> programs)
    {
        var path = Directory.CreateDirectory(File("path")).FullName;
        foreach (var program in programs)
            System.IO.File.CreateSymbolicLink(Path.Combine(path, program), Locate(program)!);
        return path;
    }

    /// <summary>The path of a program on the tests' own PATH, or null.</summary>
    public static string? Locate(string program) => Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(System.IO.File.Exists);

    /// <summary>Runs a command line to completion.</summary>
    /// <returns>Its exit code and output.</returns>
    public async Task<(int ExitCode, string Said)> RunAsync(params string[] command)
    {
        var said = new StringBuilder();
        using var limit = new CancellationTokenSource(Limit);
        var result = await Cli.Wrap(command[0]).WithArguments(command[1..])
            .WithEnvironmentVariables(new Dictionary<string, string?>(Variables) { ["HOME"] = Home })
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(said)).WithStandardErrorPipe(PipeTarget.ToStringBuilder(said))
            .WithValidation(CommandResultValidation.None).ExecuteAsync(limit.Token);
        return (result.ExitCode, said.ToString());
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Home, recursive: true);
}
