using System.Security.Cryptography;
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
}
