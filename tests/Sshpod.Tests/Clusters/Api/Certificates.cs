using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sshpod.Tests.Clusters.Api;

/// <summary>A test's certificate authority, and what it signs.</summary>
internal sealed class Certificates
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;

    public Certificates(string name = "test-ca")
    {
        var request = new CertificateRequest($"CN={name}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    /// <summary>The authority, as PEM.</summary>
    public string Pem => _root.ExportCertificatePem();

    /// <summary>Signs a certificate for a server or a client, with its name as the only subject alternative name.</summary>
    public (string Certificate, string Key) Issue(string name, bool rsa = false) => Issue(name, names =>
    {
        if (IPAddress.TryParse(name, out var address))
            names.AddIpAddress(address);
        else
            names.AddDnsName(name);
    }, rsa);

    /// <summary>Signs a certificate with these subject alternative names, or without the extension.</summary>
    public (string Certificate, string Key) Issue(string name, Action<SubjectAlternativeNameBuilder>? add, bool rsa = false)
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var big = RSA.Create(2048);
        var request = rsa ? new CertificateRequest($"CN={name}", big, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest($"CN={name}", ec, HashAlgorithmName.SHA256);
        if (add is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            add(names);
            request.CertificateExtensions.Add(names.Build());
        }
        var signed = request.Create(_root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key),
            DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), RandomNumberGenerator.GetBytes(8));
        return (signed.ExportCertificatePem(), rsa ? big.ExportRSAPrivateKeyPem() : ec.ExportECPrivateKeyPem());
    }
}
