using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Clusters.Api.Http;

/// <summary>The certificates of a kubeconfig's bundle: no other authority is trusted for the API server.</summary>
/// <param name="Pem">The bundle as it was read.</param>
/// <param name="Certificates">All certificates in it.</param>
internal sealed record CertificateAuthorities(byte[] Pem, X509Certificate2Collection Certificates)
{
    /// <summary>Reads a bundle.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It is not a bundle, or Go trusts a certificate in it and .NET does not.</exception>
    public static CertificateAuthorities Parse(byte[] pem)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Encoding.UTF8.GetString(pem));
        }
        catch (CryptographicException e)
        {
            throw new UnsupportedKubeconfigException($"certificate-authority: {e.Message}");
        }
        if (certificates.Count == 0)
            throw new UnsupportedKubeconfigException("certificate-authority has no certificate");
        // In Go, every certificate in the bundle is a trust anchor; in .NET, only self-issued ones.
        var roots = certificates.Where(IsRoot).Select(root => root.Subject).ToHashSet();
        if (certificates.FirstOrDefault(certificate => !IsRoot(certificate) && !roots.Contains(certificate.Issuer)) is { } lone)
            throw new UnsupportedKubeconfigException($"certificate-authority has {lone.Subject} without its root");
        return new CertificateAuthorities(pem, certificates);
    }

    /// <summary>The policy that verifies a chain with them; the host name is verified separately.</summary>
    public X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true
        };
        foreach (var certificate in Certificates)
            (IsRoot(certificate) ? policy.CustomTrustStore : policy.ExtraStore).Add(certificate);
        return policy;
    }

    private static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
