using System.Net;
using System.Security.Cryptography;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Machines;

/// <summary>
/// The Linux programs are static: they run on a machine with an old glibc, with musl, without OpenSSL, or with none of these.
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class StaticProgramTests(TestCluster cluster)
{
    private const string Address = "127.0.0.77";

    private static readonly string Arm64 = Path.Combine(Document.Root, "artifacts/linux-arm64/sshpod");

    [Fact]
    public async Task The_programs_load_no_library_and_are_placed_at_random()
    {
        SkipWithoutStaticPrograms();
        foreach (var program in new[] { Workstation.Program, Arm64 })
        {
            var headers =
                (await Run.ProgramAsync("readelf",
                    ["--wide", "--file-header", "--program-headers", "--dynamic", program])).Successfully().Text;
            Assert.DoesNotContain("NEEDED", headers, StringComparison.Ordinal);
            Assert.DoesNotContain("INTERP", headers, StringComparison.Ordinal);
            Assert.Matches(@"Type:\s+DYN ", headers);
            Assert.Contains("GNU_RELRO", headers, StringComparison.Ordinal);
            Assert.Contains("BIND_NOW", headers, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("nothing", "amd64")]
    [InlineData("bullseye", "amd64")]
    [InlineData("musl", "amd64")]
    [InlineData("bullseye", "arm64")]
    public async Task A_machine_with_that_little_reaches_a_pod(string root, string architecture)
    {
        SkipWithoutStaticPrograms();
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // This generates the key, which needs ssh-keygen.
        (await workstation.SshAsync("pod--busybox", "true")).Successfully();
        var enter = await MakeRootAsync(workstation, root, architecture);
        var server = await UseNamedServerAsync(workstation);
        await using var names = new NameServer(IPAddress.Parse(Address), server);

        var version = (await workstation.RunAsync(enter, "version")).Quietly().Text;
        Assert.StartsWith("sshpod ", version, StringComparison.Ordinal);

        var listed = (await workstation.RunAsync(enter, "list", "--namespace", cluster.Namespace)).Quietly().Text;
        Assert.Contains($"pod--busybox.namespace--{cluster.Namespace}.sshpod", listed, StringComparison.Ordinal);

        var content = RandomNumberGenerator.GetBytes(1 << 20);
        var echoed = await Run.ProgramAsync("ssh",
            ["-F", workstation.SshConfig, "-o", $"ProxyCommand={enter} proxy --host %n", $"root@{workstation.Host("pod--busybox")}", "cat"],
            workstation.Environment, PipeSource.FromBytes(content));
        Assert.Equal(content, echoed.Successfully().Quietly().Output);
    }

    // `dotnet build` makes a program that is not static.
    private static void SkipWithoutStaticPrograms()
    {
        var missing = File.Exists(Path.ChangeExtension(Workstation.Program, ".dll"))
            ? "the sshpod that is tested is of dotnet build; make build makes the static one"
            : File.Exists(Arm64) ? null : "there is no program for arm64: run build/publish.sh linux-arm64 artifacts";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Null(missing);
        else
            Assert.SkipWhen(missing is not null, missing ?? "");
    }

    // The home directory becomes the root of the machine. Returns a script that runs its sshpod.
    private static async Task<string> MakeRootAsync(Workstation workstation, string root, string architecture)
    {
        var made = (await Run.ProgramAsync(Path.Combine(Document.Root, "tests/roots.sh"), [root])).Successfully().Text.TrimEnd('\n');
        (await Run.ProgramAsync("cp", ["-a", $"{made}/.", workstation.Home])).Successfully();
        File.Copy(architecture == "arm64" ? Arm64 : Workstation.Program, workstation.File("sshpod"));
        if (architecture == "arm64")
            File.Copy(Workstation.Locate("qemu-aarch64-static"), workstation.File("qemu"));
        // As on a desktop: systemd and resolve are plug-ins built for that machine's glibc.
        await File.WriteAllTextAsync(workstation.File("etc/nsswitch.conf"), "passwd: files systemd\nhosts: files resolve myhostname dns\n");
        await File.WriteAllTextAsync(workstation.File("etc/resolv.conf"), $"nameserver {Address}\n");
        // An OpenSSL provider that only the machine's own OpenSSL could load.
        Directory.CreateDirectory(workstation.File("usr/lib/ssl"));
        await File.WriteAllTextAsync(workstation.File("usr/lib/ssl/openssl.cnf"), """
            openssl_conf = init
            config_diagnostics = 1
            [init]
            providers = providers
            [providers]
            fips = fips
            [fips]
            activate = 1
            """);
        var enter = workstation.File("enter");
        await File.WriteAllTextAsync(enter, $"""
            #!/bin/sh
            cd {workstation.Home}
            exec unshare --mount sh -c 'mount --bind /proc proc && mount --bind /dev dev && exec "$@"'
            """ + $"""
             - env -i PATH="$PATH" HOME=/ XDG_CACHE_HOME=/cache \
              XDG_CONFIG_HOME=/config KUBECONFIG=/kubeconfig chroot . {(architecture == "arm64" ? "/qemu" : "")} /sshpod "$@"

            """);
        File.SetUnixFileMode(enter, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return enter;
    }

    // The API server's certificate has this name, as in every cluster.
    private static async Task<IPAddress> UseNamedServerAsync(Workstation workstation)
    {
        IPAddress? address = null;
        await workstation.UseKubeconfigAsync(async kubeconfig =>
        {
            var (server, _) = await kubeconfig.ServerAsync();
            address = IPAddress.TryParse(server.Host, out var parsed) ? parsed : (await Dns.GetHostAddressesAsync(server.Host))[0];
            await kubeconfig.SetServerAsync($"https://kubernetes.default.svc:{server.Port}");
        });
        return address!;
    }
}
