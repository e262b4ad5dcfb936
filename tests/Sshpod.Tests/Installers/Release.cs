using Sshpod.Commands;
using Sshpod.Tests.Clusters.Api;
using Sshpod.Tests.Installers;

[assembly: AssemblyFixture(typeof(Release))]

namespace Sshpod.Tests.Installers;

/// <summary>
/// A release made by <c>build/release.sh</c> and signed with its own key. The archives for this machine and for Windows have the program
/// under test; those for other systems have none. It is made once, when the first test asks for it.
/// </summary>
public sealed class Release : IDisposable
{
    /// <summary>Its version.</summary>
    public const string Version = "7.8.9";

    /// <summary>Where its installers look for it: an address that only a proxy of the tests can reach.</summary>
    public const string Address = "https://releases.test";

    private static readonly string[] Versions =
    [
        "1.2.3-1", "1.2.3-beta.2", "1.2.3-rc", "1.2.3-rc.1", "1.2.3-rc.1.1", "1.2.3-rc.9+build.7", "1.2.3-rc.010", "1.2.3-rc.10",
        "1.2.3-rc.2147483648", "1.2.3-rc.x-1", "1.2.3-rc.x.9", "1.2.3-rc2.8", "1.2.3", "1.2.4-alpha", "1.10.0-rc.1", "1.10.0",
    ];

    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-release-").FullName;
    private readonly Lazy<Task> _made;
    private readonly Certificates _authority = new("sshpod-releases");

    public Release() => _made = new(MakeAsync);

    /// <summary>The tree that a web server serves.</summary>
    public string Tree => Path.Combine(_directory, "tree");

    /// <summary>Versions in pairs, a line each: an installer says of which of them the first is older.</summary>
    public static string Pairs { get; } = Lines((_, _) => true);

    /// <summary>Those of which the first is older, as sshpod ranks them.</summary>
    public static string OlderPairs { get; } = Lines((one, than) => ReleaseVersion.Parse(one)!.CompareTo(ReleaseVersion.Parse(than)) < 0);

    /// <summary>The path of one of its installers.</summary>
    public string Installer(string name) => Path.Combine(Tree, "latest/download", name);

    /// <summary>The file of its server's certificate authority.</summary>
    public string Authority => Path.Combine(_directory, "authority.pem");

    /// <summary>Starts a server for it.</summary>
    public async Task<ReleaseServer> ServeAsync()
    {
        await _made.Value;
        return new ReleaseServer(Tree, _authority.Issue("localhost", names =>
        {
            names.AddDnsName("localhost");
            names.AddDnsName("releases.test");
        }));
    }

    /// <summary>The signature that ssh-keygen makes of these bytes, with the release's key or a stranger's.</summary>
    public async Task<byte[]> SignAsync(byte[] content, bool isStranger = false)
    {
        using var machine = new Machine();
        await File.WriteAllBytesAsync(machine.File("signed"), content);
        var key = Path.Combine(_directory, isStranger ? "stranger" : "key");
        await RunAsync("ssh-keygen", "-q", "-Y", "sign", "-f", key, "-n", "sshpod-release", machine.File("signed"));
        return await File.ReadAllBytesAsync(machine.File("signed.sig"));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private async Task MakeAsync()
    {
        await File.WriteAllTextAsync(Authority, _authority.Pem);
        foreach (var key in new[] { "key", "stranger" })
            await RunAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", Path.Combine(_directory, key));
        var files = Directory.CreateDirectory(Path.Combine(Tree, $"download/v{Version}")).FullName;
        string[] platforms = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64"];
        await Task.WhenAll(platforms.Select(platform => PackAsync(files, platform)));
        await RunAsync("env", $"SSHPOD_SIGNING_KEY={_directory}/key", $"SSHPOD_RELEASES={Address}", "GITHUB_REPOSITORY=",
            Path.Combine(Machine.Root, "build/release.sh"), "--into", Tree, "--version", Version);
    }

    private static string Lines(Func<string, string, bool> wanted) => string.Concat(Versions.SelectMany(_ => Versions,
        (one, than) => wanted(one, than) ? $"{one} {than}\n" : ""));

    private static async Task PackAsync(string files, string platform)
    {
        var name = $"sshpod-{Version}-{platform}";
        var directory = Directory.CreateDirectory(Path.Combine(files, name)).FullName;
        var program = Path.Combine(directory, platform.StartsWith("windows", StringComparison.Ordinal) ? "sshpod.exe" : "sshpod");
        if (platform == Machine.Platform || platform == "windows-amd64")
            File.Copy(Machine.Program, program);
        else
            await File.WriteAllTextAsync(program, "no program: nothing in the tests runs it\n");
        File.Copy(Path.Combine(Machine.Root, "docs/sshpod.1"), Path.Combine(directory, "sshpod.1"));
        await RunAsync("sh", "-c", "cd \"$1\" && \"$2\" \"$3\" 1700000000 && rm -r \"$3\"", "-",
            files, Path.Combine(Machine.Root, "build/pack.sh"), name);
    }

    private static async Task RunAsync(params string[] command)
    {
        using var machine = new Machine();
        var (exitCode, said) = await machine.RunAsync(command);
        Assert.True(exitCode == 0, said);
    }
}
