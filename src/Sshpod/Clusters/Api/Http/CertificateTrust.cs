using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Sshpod.Clusters.Api.Http;

/// <summary>
/// Decides which certificates a connection to an API server accepts: those issued by its own authorities, or else by the system's, with its
/// name as a subject alternative name. Nothing is stored process-wide, where it would affect other connections.
/// </summary>
/// <param name="server">The API server.</param>
internal sealed class CertificateTrust(ApiServer server)
{
    private readonly Lazy<CertificateAuthorities?> _system = new(SystemTrust.Read);

    /// <summary>
    /// Performs the handshake. A rejected server gets no part of a request, but has seen our certificate (not its key): .NET verifies only
    /// after the handshake.
    /// </summary>
    /// <param name="tls">The connection.</param>
    /// <param name="name">The name that the certificate must have.</param>
    /// <param name="certificate">Our certificate; null for none.</param>
    /// <param name="cancellation">Cancels the handshake.</param>
    /// <exception cref="AuthenticationException">The server's certificate is rejected.</exception>
    public async Task AuthenticateAsync(SslStream tls, string name, ClientCertificate? certificate, CancellationToken cancellation)
    {
        SystemTrust.LeaveOut();
        string? problem = null;
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            // .NET verifies chain and name. Unless verification is off, the callback never accepts what .NET rejects.
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
            return $"no trusted authority has signed its "
                + $"certificate: {string.Join(", ", (chain?.ChainStatus ?? []).Select(status => status.Status))}";
        if (errors != SslPolicyErrors.None)
            return $"its certificate is invalid: {errors}";
        // Without a subject alternative name, .NET accepts the CN; Go does not (golang/go#39568).
        return HasName(leaf as X509Certificate2, name) ? null
            : $"its certificate has no subject alternative name \"{name}\" (a CN does not count)";
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
