using Sshpod.Clusters.Api.Http;

namespace Sshpod.Clusters.Api.Login;

/// <summary>What is shown to the API server.</summary>
/// <param name="Authorization">Value of the header; null for none.</param>
/// <param name="Certificate">For the TLS handshake; null for none.</param>
/// <param name="Expiry">When it is worth nothing any more; null when it does not say.</param>
internal sealed record Credential(string? Authorization, ClientCertificate? Certificate, DateTimeOffset? Expiry = null)
{
    /// <summary>A bearer token.</summary>
    public static string Bearer(string token) => $"Bearer {token}";
}
