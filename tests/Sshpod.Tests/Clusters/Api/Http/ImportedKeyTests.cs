using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sshpod.Clusters.Api.Http;
using Sshpod.Machine;

namespace Sshpod.Tests.Clusters.Api.Http;

#pragma warning disable CA1416 // Each test is skipped elsewhere.

/// <summary>What Windows keeps on disk of the private key of a client certificate.</summary>
public sealed class ImportedKeyTests : IDisposable
{
    private static readonly string[] None = [];

    public void Dispose() => ClientCertificate.Forget();

    [Fact]
    public void It_is_removed_with_its_note_and_comes_back_for_another_handshake()
    {
        using var certificate = Issue();
        var first = ImportedKey.Container.Of(ImportedKey.Of(certificate));
        Assert.True(first!.Exists);
        Assert.Single(Notes());
        Assert.Equal(first, ImportedKey.Container.Of(ImportedKey.Of(certificate)));

        ClientCertificate.Forget();
        Assert.False(first.Exists);
        Assert.Equal(None, Notes());

        Assert.True(ImportedKey.Container.Of(ImportedKey.Of(certificate))!.Exists);
    }

    [Fact]
    public void What_a_killed_process_has_left_behind_is_removed_by_the_next()
    {
        using var certificate = Issue();
        using var left = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null,
            X509KeyStorageFlags.UserKeySet | X509KeyStorageFlags.PersistKeySet);
        var container = ImportedKey.Container.Of(left)!;
        ClientDirectory.Create(ImportedKey.Directory);
        var note = Path.Combine(ImportedKey.Directory, $"{Guid.NewGuid():N}");
        File.WriteAllText(note, $"{container}");
        Assert.True(container.Exists);

        using var other = Issue();
        var ours = ImportedKey.Container.Of(ImportedKey.Of(other))!;
        Assert.False(container.Exists);
        Assert.False(File.Exists(note));
        Assert.True(ours.Exists);
    }

    private static X509Certificate2 Issue()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "elsewhere, keys stay in memory");
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=me", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static string[] Notes() => Directory.Exists(ImportedKey.Directory) ? Directory.GetFiles(ImportedKey.Directory) : [];
}
