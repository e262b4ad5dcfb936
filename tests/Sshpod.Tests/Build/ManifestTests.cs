using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sshpod.Tests.Installers;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Tests.Build;

/// <summary>Package managers' manifests that <c>packaging/package.sh</c> makes: names and hashes match the files.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class ManifestTests : IAsyncLifetime
{
    private static readonly string[] Platforms = ["linux-amd64", "linux-arm64", "darwin-amd64", "darwin-arm64", "windows-amd64"];

    private readonly Installers.Machine _machine = new();

    private string Files => _machine.File("download/v1.2.3");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Files);
        // Not real programs, since nobody runs them.
        foreach (var platform in Platforms)
            await File.WriteAllTextAsync(Archive(platform), $"an archive for {platform}");
        _machine.Variables["SSHPOD_RELEASES"] = Release.Address;
        var (exitCode, said) = await _machine.RunAsync(Path.Combine(Installers.Machine.Root, "packaging/package.sh"), Files, "manifests");
        Assert.True(exitCode == 0, said);
    }

    public ValueTask DisposeAsync()
    {
        _machine.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("sshpod.rb", 4)]
    [InlineData("sshpod.scoop.json", 1)]
    [InlineData("winget.installer.yaml", 1)]
    [InlineData("krew.yaml", 5)]
    [InlineData("PKGBUILD", 2)]
    public async Task A_manifest_names_the_files_of_the_release_and_their_hashes(string name, int count)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Files, name));
        var named = Url().Matches(text).Select(url => Path.Combine(Files, url.Groups["file"].Value)).ToArray();
        Assert.Equal(count, named.Length);
        Assert.Equal(named.Select(Sha256), Hash().Matches(text).Select(hash => hash.Value));
    }

    [Fact]
    public async Task The_flake_of_nix_has_the_hashes_too()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Files, "flake.nix"));
        Assert.All(Platforms.Where(platform => platform != "windows-amd64"), platform =>
            Assert.Contains($"platform = \"{platform}\"; sha256 = \"{Sha256(Archive(platform))}\";", text, StringComparison.Ordinal));
    }

    // As in the schemas that winget-cli (schemas/JSON/manifests/v1.6.0) and Scoop (schema.json) publish.
    [Theory]
    [InlineData("winget.yaml", "version", "DefaultLocale")]
    [InlineData("winget.locale.en-US.yaml", "defaultLocale", "PackageLocale Publisher PackageName License ShortDescription")]
    [InlineData("winget.installer.yaml", "installer", "Installers")]
    public async Task A_manifest_for_winget_has_what_its_schema_requires(string name, string type, string required)
    {
        using var reader = File.OpenText(Path.Combine(Files, name));
        var stream = new YamlStream();
        stream.Load(reader);
        var manifest = (YamlMappingNode)stream.Documents[0].RootNode;
        string[] always = ["PackageIdentifier", "PackageVersion", "ManifestType", "ManifestVersion"];
        Assert.All(always.Concat(required.Split(' ')), key => Assert.NotEmpty(manifest[key].ToString()));
        Assert.Matches(@"^[^.\s\\/:*?""<>|]{1,32}(\.[^.\s\\/:*?""<>|]{1,32}){1,7}$", manifest["PackageIdentifier"].ToString());
        Assert.Equal(("1.2.3", type, "1.6.0"),
            (manifest["PackageVersion"].ToString(), manifest["ManifestType"].ToString(), manifest["ManifestVersion"].ToString()));
        if (type != "installer")
            return;
        Assert.Equal(("zip", "portable"), (manifest["InstallerType"].ToString(), manifest["NestedInstallerType"].ToString()));
        var installer = Assert.Single((YamlSequenceNode)manifest["Installers"]);
        Assert.Equal("x64", installer["Architecture"].ToString());
        Assert.Matches("^https://", installer["InstallerUrl"].ToString());
        Assert.Matches("^[0-9a-f]{64}$", installer["InstallerSha256"].ToString());
        Assert.All((YamlSequenceNode)installer["NestedInstallerFiles"], file => Assert.NotEmpty(file["RelativeFilePath"].ToString()));
    }

    [Fact]
    public async Task A_manifest_for_Scoop_has_what_its_schema_requires_and_nothing_that_it_does_not_know()
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Files, "sshpod.scoop.json")))!.AsObject();
        string[] required = ["version", "homepage", "license"];
        string[] known = ["description", "architecture", "bin", "notes", .. required];
        string[] architectures = ["64bit", "32bit", "arm64"], download = ["url", "hash", "extract_dir"];
        Assert.All(required, key => Assert.NotEmpty((string)manifest[key]!));
        Assert.All(manifest, entry => Assert.Contains(entry.Key, known));
        Assert.All(manifest["architecture"]!.AsObject(), entry => Assert.Contains(entry.Key, architectures));
        Assert.All(manifest["architecture"]!["64bit"]!.AsObject(), entry => Assert.Contains(entry.Key, download));
    }

    [Fact]
    public async Task Every_manifest_parses_in_its_format()
    {
        foreach (var (program, arguments) in new[] { ("ruby", new[] { "-c", "sshpod.rb" }), ("bash", ["-n", "PKGBUILD"]) })
        {
            var (exitCode, said) = await _machine.RunAsync([program, .. arguments[..^1], Path.Combine(Files, arguments[^1])]);
            Assert.True(exitCode == 0, said);
        }
        Assert.NotNull(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Files, "sshpod.scoop.json"))));
        foreach (var file in Directory.GetFiles(Files, "*.yaml"))
        {
            using var reader = File.OpenText(file);
            new YamlStream().Load(reader);
        }
    }

    [Fact]
    public async Task A_release_without_an_archive_that_a_manifest_names_has_no_such_manifest()
    {
        File.Delete(Archive("linux-arm64"));
        var (exitCode, said) = await _machine.RunAsync(Path.Combine(Installers.Machine.Root, "packaging/package.sh"), Files, "manifests");
        Assert.Equal(1, exitCode);
        Assert.Contains("@SHA256:linux-arm64@", said, StringComparison.Ordinal);
    }

    private string Archive(string platform) =>
        Path.Combine(Files, $"sshpod-1.2.3-{platform}.{(platform.StartsWith("windows", StringComparison.Ordinal) ? "zip" : "tar.gz")}");

    private static string Sha256(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));

    [GeneratedRegex(@"https://releases\.test/download/v1\.2\.3/(?<file>[^""'\s)]+)")]
    private static partial Regex Url();

    [GeneratedRegex(@"\b[0-9a-f]{64}\b")]
    private static partial Regex Hash();
}
