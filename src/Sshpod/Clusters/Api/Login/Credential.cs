using Sshpod.Clusters.Api.Http;

namespace Sshpod.Clusters.Api.Login;

/// <summary>Credentials for the API server.</summary>
/// <param name="Authorization">Value of the Authorization header; null for none.</param>
/// <param name="Certificate">For the TLS handshake; null for none.</param>
/// <param name="Expiry">When it expires; null when unknown.</param>
internal sealed record Credential(string? Authorization, ClientCertificate? Certificate, DateTimeOffset? Expiry = null)
{
    /// <summary>The header value for a bearer token.</summary>
    public static string Bearer(string token) => $"Bearer {token}";
}
