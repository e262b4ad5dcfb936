using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Commands;

[Trait(Suites.Name, Suites.Once)]
public sealed class VersionTests(TestCluster cluster)
{
    private static readonly string Artifacts = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../artifacts"));

    [Fact]
    public async Task Version_tells_the_hash_of_each_bundle_and_the_bill_of_materials_agrees()
    {
        await using var workstation = Workstation.Bare(cluster);
        var said = (await workstation.SshpodAsync("version")).Successfully().Text;
        var components = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Artifacts, "sshpod.cdx.json")))!["components"]!.AsArray();

        Assert.StartsWith("sshpod ", said, StringComparison.Ordinal);
        foreach (var architecture in new[] { "amd64", "arm64" })
        {
            var hash = Convert.ToHexStringLower(
                SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(Artifacts, $"sshd/sshd-{architecture}"))));
            Assert.Contains($"for {architecture}, sha256 {hash}\n", said, StringComparison.Ordinal);
            var component = components.Single(c => (string?)c!["name"] == $"sshd-{architecture}")!;
            Assert.Equal(hash, (string?)component["hashes"]![0]!["content"]);
        }
        Assert.Contains(components, component => (string?)component!["name"] == "System.CommandLine");
        // Libraries that a static program is linked with.
        foreach (var library in new[] { "libc6-dev", "libssl-dev" })
            Assert.StartsWith($"pkg:deb/debian/{library}@",
                (string?)components.Single(component => (string?)component!["name"] == library)!["purl"], StringComparison.Ordinal);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Artifacts, "sshd/manifest.json")))!;
        Assert.Contains($"made from OpenSSL {(string?)manifest["openssl"]}", said, StringComparison.Ordinal);
        Assert.Contains($"made from Mbed TLS {(string?)manifest["mbedtls"]}", said, StringComparison.Ordinal);
        foreach (var source in new[] { "openssl", "mbedtls" })
        {
            Assert.NotEqual("", (string?)manifest["newestListed"]![source]);
            var component = components.Single(c => (string?)c!["name"] == source)!;
            Assert.Equal($"pkg:deb/debian/{source}@{(string?)manifest[source]}?arch=source", (string?)component["purl"]);
        }
    }

    [Fact]
    public async Task Without_arguments_there_is_help()
    {
        await using var workstation = Workstation.Bare(cluster);
        Assert.Contains("configure", (await workstation.SshpodAsync()).Quietly().Text, StringComparison.Ordinal);
        var wrong = await workstation.SshpodAsync("frobnicate");
        Assert.Equal(2, wrong.ExitCode);
        Assert.StartsWith("sshpod: ", Assert.Single(wrong.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }
}
