using System.Runtime.InteropServices;
using Sshpod.EndToEnd.Fixtures;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Packages;

/// <summary>Packages that <c>packaging/package.sh</c> makes, installed by their own tools, each into its own root.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class PackageTests(TestCluster cluster)
{
    private static readonly bool IsArm = RuntimeInformation.OSArchitecture == Architecture.Arm64;

    // Shell commands, with $root, $files and $version, that install or upgrade and remove it, and the installed program.
    private static readonly Dictionary<string, (string Install, string Remove, string Program)> Kinds = new()
    {
        ["deb"] = ($$"""
            mkdir -p "$root"/var/lib/dpkg/info "$root"/var/lib/dpkg/updates && touch "$root"/var/lib/dpkg/status
            dpkg --root="$root" --force-depends -i "$files"/sshpod_"$version"_{{(IsArm ? "arm64" : "amd64")}}.deb
            """, "dpkg --root=\"$root\" --purge sshpod", "usr/bin/sshpod"),
        ["rpm"] = ($$"""
            rpm --root "$root" --dbpath /var/lib/rpm --nodeps -U "$files"/sshpod-"$version"-1.{{(IsArm ? "aarch64" : "x86_64")}}.rpm
            """, "rpm --root \"$root\" --dbpath /var/lib/rpm -e sshpod", "usr/bin/sshpod"),
        ["npm"] = ($$"""
            npm install -g --offline --prefix "$root" "$files"/sshpod-"$version".tgz \
              "$files"/sshpod-linux-{{(IsArm ? "arm64" : "x64")}}-"$version".tgz
            """, $"npm uninstall -g --prefix \"$root\" sshpod sshpod-linux-{(IsArm ? "arm64" : "x64")}", "bin/sshpod"),
        ["tool"] = ("""
            export DOTNET_CLI_HOME="$root/var" NUGET_PACKAGES="$root/var" DOTNET_CLI_TELEMETRY_OPTOUT=1
            dotnet tool update sshpod --tool-path "$root/tools" --source "$files" --version "$version"
            """, "dotnet tool uninstall sshpod --tool-path \"$root/tools\"", "tools/sshpod"),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task A_package_reaches_a_pod_after_its_installation_and_its_upgrade_and_leaves_nothing(string kind)
    {
        SkipWithoutWholeProgram();
        await using var workstation = Workstation.Bare(cluster);
        var (install, remove, name) = Kinds[kind];
        var root = Directory.CreateDirectory(workstation.File("root")).FullName;
        var program = Path.Combine(root, name);

        await ShellAsync(workstation, install, root, await PackAsync(workstation, kind, "1.0.0"), "1.0.0");
        (await workstation.RunAsync(program, "configure", "--ssh-config", workstation.SshConfig, "--no-sharing")).Successfully();
        Assert.Equal("connected\n", (await workstation.SshAsync("pod--busybox", "echo", "connected")).Quietly().Text);

        await ShellAsync(workstation, install, root, await PackAsync(workstation, kind, "1.1.0"), "1.1.0");
        Assert.Equal("again\n", (await workstation.SshAsync("pod--busybox", "echo", "again")).Quietly().Text);

        (await workstation.RunAsync(program, "configure", "--remove", "--ssh-config", workstation.SshConfig)).Successfully();
        await ShellAsync(workstation, remove, root, "", "");
        // These tools keep a database or a cache in var.
        var left = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(root, file));
        Assert.DoesNotContain(left, file => !file.StartsWith("var/", StringComparison.Ordinal)
            && file != "lib/node_modules/.package-lock.json");
    }

    [Fact]
    public async Task Lintian_finds_nothing_in_the_package_for_Debian_but_what_is_explained()
    {
        SkipWithoutWholeProgram();
        await using var workstation = Workstation.Bare(cluster);
        var files = await PackAsync(workstation, "deb", "1.0.0");
        var found = await Run.ProgramAsync("lintian", ["--allow-root", "--fail-on", "error,warning", .. Directory.GetFiles(files, "*.deb")],
            workstation.Environment);
        Assert.True(found.ExitCode == 0, found.Text);
    }

    // Makes a release of this program for this machine, and its package, and returns their directory.
    private static async Task<string> PackAsync(Workstation workstation, string kind, string version)
    {
        var platform = $"linux-{(IsArm ? "arm64" : "amd64")}";
        var files = Directory.CreateDirectory(workstation.File($"release/v{version}")).FullName;
        var content = Directory.CreateDirectory(Path.Combine(files, $"sshpod-{version}-{platform}")).FullName;
        File.Copy(Workstation.Program, Path.Combine(content, "sshpod"));
        foreach (var name in new[] { "LICENSE", "NOTICE", "docs/sshpod.1" })
            File.Copy(Path.Combine(Document.Root, name), Path.Combine(content, Path.GetFileName(name)));
        await File.WriteAllTextAsync(Path.Combine(content, "sshpod.cdx.json"), "{}");
        const string Script = """
            cd "$1"
            "$2/build/pack.sh" "$3" 1700000000
            rm -r "$3"
            SSHPOD_RELEASES=https://releases.test "$2/packaging/package.sh" "$1" "$4"
            """;
        (await Run.ProgramAsync("sh", ["-ec", Script, "-", files, Document.Root, Path.GetFileName(content), kind])).Successfully();
        return files;
    }

    private static async Task ShellAsync(Workstation workstation, string script, string root, string files, string version) =>
        (await Run.ProgramAsync("sh", ["-ec", script], new Dictionary<string, string?>(workstation.Environment)
        {
            ["root"] = root,
            ["files"] = files,
            ["version"] = version,
        })).Successfully();

    // `dotnet build` makes a program that needs its libraries beside it.
    private static void SkipWithoutWholeProgram() => Assert.SkipWhen(File.Exists(Path.ChangeExtension(Workstation.Program, ".dll")),
        "the sshpod that is tested is of dotnet build; make build makes one that a package can hold");
}
