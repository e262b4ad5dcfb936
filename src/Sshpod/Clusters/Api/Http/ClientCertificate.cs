using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sshpod.Clusters.Api.Http;

/// <summary>A client certificate with its key and intermediate certificates.</summary>
/// <param name="Certificate">The certificate, with its key.</param>
/// <param name="Intermediates">The other certificates in its file.</param>
internal sealed record ClientCertificate(X509Certificate2 Certificate, X509Certificate2Collection Intermediates)
{
    /// <summary>Reads PEM: RSA and EC keys, in PKCS#1, SEC 1 or PKCS#8.</summary>
    /// <exception cref="CryptographicException">It is something else, such as an encrypted or an Ed25519 key.</exception>
    public static ClientCertificate Parse(byte[] certificate, byte[] key)
    {
        var text = Encoding.UTF8.GetString(certificate);
        try
        {
            var loaded = X509Certificate2.CreateFromPem(text, Encoding.UTF8.GetString(key));
            // Here rather than at the handshake: what cannot be imported is left to kubectl.
            if (OperatingSystem.IsWindows())
                ImportedKey.Of(loaded);
            var rest = new X509Certificate2Collection();
            rest.ImportFromPem(text);
            rest.RemoveAt(0);
            return new ClientCertificate(loaded, rest);
        }
        catch (ArgumentException e)
        {
            throw new CryptographicException(e.Message);
        }
    }

    /// <summary>The certificate for a TLS handshake, sent whatever issuers the server names.</summary>
    /// <exception cref="CryptographicException">Windows cannot import the key.</exception>
    public SslStreamCertificateContext Context() => SslStreamCertificateContext.Create(
        OperatingSystem.IsWindows() ? ImportedKey.Of(Certificate) : Certificate, Intermediates, offline: true);

    /// <summary>
    /// Removes what Windows keeps of private keys on disk for handshakes. The next handshake brings it back; open connections go on.
    /// </summary>
    public static void Forget()
    {
        if (OperatingSystem.IsWindows())
            ImportedKey.RemoveAll();
    }
}
