using System.Security.Cryptography;
using Sshpod.Commands;
using Sshpod.Server;

namespace Sshpod.Tests.Server;

public class BundlesTests
{
    [Theory]
    [InlineData("x86_64", "amd64")]
    [InlineData("aarch64", "arm64")]
    [InlineData("arm64", "arm64")]
    public void Each_machine_has_a_bundle_that_is_what_the_manifest_says(string machine, string architecture)
    {
        Assert.SkipWhen(Bundles.AreMissing && Environment.GetEnvironmentVariable("CI") != "true",
            "this build has no bundles: make bundles builds them");
        var bundle = Bundles.ForMachine(machine)!;
        using var content = bundle.OpenPlain();
        using var copy = new MemoryStream();
        content.CopyTo(copy);

        Assert.Equal(architecture, bundle.Architecture);
        Assert.Equal(bundle.Size, copy.Length);
        Assert.Equal(bundle.Sha256, Convert.ToHexStringLower(SHA256.HashData(copy.ToArray())));
    }

    [Theory]
    [InlineData("i686")]
    [InlineData("")]
    public void A_machine_without_a_bundle_has_none(string machine) => Assert.Null(Bundles.ForMachine(machine));

    [Theory]
    [InlineData("3.5.7-1", ""","newestListed":{"openssh":"10.0p1-7","openssl":"3.5.8-1"}""",
        "made from OpenSSL 3.5.7-1; Debian listed 3.5.8-1, which could not be fetched")]
    [InlineData("3.5.8-1", ""","newestListed":{"openssh":"10.0p1-7","openssl":"3.5.8-1"}""", "made from OpenSSL 3.5.8-1")]
    [InlineData("3.5.7-1", ""","newestListed":{"openssh":"","openssl":""}""", "made from OpenSSL 3.5.7-1")]
    [InlineData("3.5.7-1", "", "made from OpenSSL 3.5.7-1")]
    public void A_newer_source_that_could_not_be_fetched_is_told(string used, string listed, string line)
    {
        var manifest = BundleManifest.Parse(
            $$"""{"openssh":"10.0p1-7","openssl":"{{used}}","mbedtls":"3.6.6-1","busybox":"1.37.0-6"{{listed}},"bundles":{ } }""");

        Assert.Equal(["made from OpenSSH 10.0p1-7", line, "made from Mbed TLS 3.6.6-1", "made from BusyBox 1.37.0-6"],
            manifest.Sources.Select(VersionCommand.Describe));
    }

    [Theory]
    [InlineData("x86_64")]
    [InlineData("aarch64")]
    public void A_helper_gets_the_shell_and_then_the_server(string machine)
    {
        Assert.SkipWhen(Bundles.AreMissing && Environment.GetEnvironmentVariable("CI") != "true",
            "this build has no bundles: make bundles builds them");
        var bundle = Bundles.ForMachine(machine)!;
        var both = bundle.WithShell();
        using var content = both.OpenPlain();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        var bytes = copy.ToArray();

        Assert.Equal(both.Size, bytes.Length);
        Assert.Equal(both.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        Assert.Equal(bundle.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes.AsSpan((int)both.ShellSize))));
        Assert.True(bytes.AsSpan(0, 4).SequenceEqual("\u007fELF"u8));
    }
}
