using System.Text;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Login;

/// <summary>
/// Knows what to show to the API server now. A credential plugin runs once, and again only when what it gave has expired.
/// </summary>
internal sealed class Credentials(ApiConfiguration configuration) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private Credential? _fromPlugin;

    /// <summary>The credential of this moment.</summary>
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
            ?? throw new SshpodException($"cannot read a token in {file}", "log in to the cluster again") : user.Token;
        return token is null ? null : Credential.Bearer(token);
    }

    // Read each time: whoever renews it writes it anew (kubernetes BoundServiceAccountTokenVolume).
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
