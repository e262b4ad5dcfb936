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
        Assert.True(Exists(first!));
        Assert.Single(Notes());
        Assert.Equal(first, ImportedKey.Container.Of(ImportedKey.Of(certificate)));

        ClientCertificate.Forget();
        Assert.False(Exists(first!));
        Assert.Equal(None, Notes());

        Assert.True(Exists(ImportedKey.Container.Of(ImportedKey.Of(certificate))!));
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
        Assert.True(Exists(container));

        using var other = Issue();
        var ours = ImportedKey.Container.Of(ImportedKey.Of(other))!;
        Assert.False(Exists(container));
        Assert.False(File.Exists(note));
        Assert.True(Exists(ours));
    }

    private static X509Certificate2 Issue()
    {
        Assert.SkipUnless(OperatingSystem.IsWindows(), "elsewhere, keys stay in memory");
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=me", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    // Whether the key of a container is on disk, by what Windows says of it.
    private static bool Exists(ImportedKey.Container container)
    {
        if (container.Type == 0)
            return CngKey.Exists(container.Name, new CngProvider(container.Provider));
        try
        {
            using var key = new RSACryptoServiceProvider(new CspParameters(container.Type, container.Provider, container.Name)
            {
                KeyNumber = container.KeyNumber,
                Flags = CspProviderFlags.UseExistingKey | CspProviderFlags.NoPrompt,
            });
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string[] Notes() => Directory.Exists(ImportedKey.Directory) ? Directory.GetFiles(ImportedKey.Directory) : [];
}
