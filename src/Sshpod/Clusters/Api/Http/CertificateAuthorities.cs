using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Clusters.Api.Http;

/// <summary>The certificates of a kubeconfig's bundle: nobody else vouches for the API server.</summary>
/// <param name="Pem">The bundle as it was.</param>
/// <param name="Certificates">All of it.</param>
internal sealed record CertificateAuthorities(byte[] Pem, X509Certificate2Collection Certificates)
{
    /// <summary>Reads a bundle.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It is none, or one
    /// that .NET does not take for a trust anchor as Go does.</exception>
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
        // For Go every certificate of the bundle ends a chain; for .NET only those that have issued themselves.
        var roots = certificates.Where(IsRoot).Select(root => root.Subject).ToHashSet();
        if (certificates.FirstOrDefault(certificate => !IsRoot(certificate) && !roots.Contains(certificate.Issuer)) is { } lone)
            throw new UnsupportedKubeconfigException($"certificate-authority has {lone.Subject} without its root");
        return new CertificateAuthorities(pem, certificates);
    }

    /// <summary>How a chain is verified with them; the host name is verified beside it.</summary>
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
