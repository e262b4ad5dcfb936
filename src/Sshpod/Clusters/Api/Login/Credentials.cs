using System.Text;
using Sshpod.Clusters.Api.Http;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Login;

/// <summary>
/// Provides the current credentials for the API server. A credential plugin runs once, and again only when its credentials have expired.
/// </summary>
internal sealed class Credentials(ApiConfiguration configuration) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private Credential? _fromPlugin;

    /// <summary>The current credential.</summary>
    public async ValueTask<Credential> GetAsync(CancellationToken cancellation)
    {
        var user = configuration.User;
        if (user.Plugin is not { } plugin)
            return new Credential(Authorization(user), user.Certificate);

        await _one.WaitAsync(cancellation);
        try
        {
            if (_fromPlugin is null || _fromPlugin.Expiry <= DateTimeOffset.UtcNow)
                _fromPlugin = await plugin.RunAsync(configuration.Server, cancellation);
            return _fromPlugin;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();

    private static string? Authorization(ApiUser user)
    {
        if (user.Basic is var (name, password))
            return $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}"))}";
        var token = user.TokenFile is { } file ? ReadToken(file) ?? user.Token
            ?? throw new SshpodException($"cannot read a token from {file}", "log in to the cluster again") : user.Token;
        return token is null ? null : Credential.Bearer(token);
    }

    // Read each time, because renewal replaces the content (kubernetes BoundServiceAccountTokenVolume).
    private static string? ReadToken(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Debug($"api: token file: {e.Message}");
            return null;
        }
    }
}

/// <summary>Credentials for the API server.</summary>
/// <param name="Authorization">Value of the Authorization header; null for none.</param>
/// <param name="Certificate">For the TLS handshake; null for none.</param>
/// <param name="Expiry">When it expires; null when unknown.</param>
internal sealed record Credential(string? Authorization, ClientCertificate? Certificate, DateTimeOffset? Expiry = null)
{
    /// <summary>The header value for a bearer token.</summary>
    public static string Bearer(string token) => $"Bearer {token}";
}
