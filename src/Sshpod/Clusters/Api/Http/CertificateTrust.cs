using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Sshpod.Clusters.Api.Http;

/// <summary>
/// Which certificates a connection to an API server takes: those of its own authorities, or of those that the system trusts, with its
/// name among their subject alternative names. Nothing of it is kept in the process, where another connection would find it.
/// </summary>
/// <param name="server">The API server.</param>
internal sealed class CertificateTrust(ApiServer server)
{
    private readonly Lazy<CertificateAuthorities?> _system = new(SystemTrust.Read);

    /// <summary>Makes the handshake. A server that is refused gets no byte of a request. Our certificate, though not its key, it has seen:
    /// .NET verifies when the handshake is done.</summary>
    /// <param name="tls">The connection.</param>
    /// <param name="name">The name that the certificate must have.</param>
    /// <param name="certificate">Ours; null for none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="AuthenticationException">The server's certificate is refused.</exception>
    public async Task AuthenticateAsync(SslStream tls, string name, ClientCertificate? certificate, CancellationToken cancellation)
    {
        SystemTrust.LeaveOut();
        string? problem = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            // Chain and name are verified by .NET. The callback never takes what that refuses.
            CertificateChainPolicy = (server.Authorities ?? (server.SkipVerification ? null : _system.Value))?.Policy(),
            ClientCertificateContext = certificate?.Context(),
            RemoteCertificateValidationCallback = (_, leaf, chain, errors) => server.SkipVerification
            || (problem = Problem(leaf, chain, errors, name)) is null,
        };
        try
        {
            await tls.AuthenticateAsClientAsync(options, cancellation);
        }
        catch (AuthenticationException) when (problem is not null)
        {
            throw new AuthenticationException(problem);
        }
    }

    private static string? Problem(X509Certificate? leaf, X509Chain? chain, SslPolicyErrors errors, string name)
    {
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
            return $"nobody it trusts vouches for its "
                + $"certificate: {string.Join(", ", (chain?.ChainStatus ?? []).Select(status => status.Status))}";
        if (errors != SslPolicyErrors.None)
            return $"its certificate is invalid: {errors}";
        // Where there is no subject alternative name, .NET is content with the CN, which Go is not (golang/go#39568).
        return HasName(leaf as X509Certificate2, name) ? null
            : $"its certificate has no subject alternative name \"{name}\", and a CN does not count";
    }

    private static bool HasName(X509Certificate2? certificate, string name)
    {
        try
        {
            return certificate?.MatchesHostname(name.TrimEnd('.'), allowWildcards: true, allowCommonName: false) == true;
        }
        catch (ArgumentException)
        {
            // Neither a host name nor an address.
            return false;
        }
    }
}
