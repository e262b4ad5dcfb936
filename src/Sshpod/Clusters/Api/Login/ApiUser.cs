using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Clusters.Api.Login;

/// <summary>Our identity at the API server: a <c>user</c> of the kubeconfig.</summary>
/// <param name="Certificate">Our certificate.</param>
/// <param name="Token">A bearer token.</param>
/// <param name="TokenFile">A file with a token that someone else renews; it wins while it can be read.</param>
/// <param name="Basic">User name and password.</param>
/// <param name="Plugin">The credential plugin.</param>
/// <param name="Impersonation">Headers that ask to act as another user.</param>
internal sealed record ApiUser(
    ClientCertificate? Certificate, string? Token, string? TokenFile, (string User, string Password)? Basic, ExecPlugin? Plugin,
    IReadOnlyList<(string Name, string Value)> Impersonation)
{
    /// <summary>The anonymous user.</summary>
    public static ApiUser Anonymous { get; } = new(null, null, null, null, null, []);

    /// <summary>Reads a <c>user</c> entry of the kubeconfig.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It contains something unsupported.</exception>
    public static ApiUser Read(KubeconfigSection section)
    {
        if (section.Has("auth-provider"))
            throw new UnsupportedKubeconfigException("auth-provider");
        section.AllowOnly("client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile",
            "username", "password", "exec", "as", "as-uid", "as-groups", "as-user-extra", "auth-provider", "extensions");

        var user = new ApiUser(ReadCertificate(section), section.Text("token"), section.FilePath("tokenFile"), ReadBasic(section),
            section.Section("exec") is { } exec ? ExecPlugin.Read(exec) : null, [.. ReadImpersonation(section)]);
        var hasToken = user.Token is not null || user.TokenFile is not null;
        if (user.Basic is not null && hasToken)
            throw new UnsupportedKubeconfigException("both a token and a password");
        if (user.Plugin is not null && (user.Basic is not null || user.Certificate is not null))
            throw new UnsupportedKubeconfigException("both exec and other credentials");
        // As in kubectl, the plugin never runs when there is a token.
        return hasToken ? user with { Plugin = null } : user;
    }

    private static ClientCertificate? ReadCertificate(KubeconfigSection section)
    {
        var certificate = section.Content("client-certificate");
        var key = section.Content("client-key");
        if (certificate is null && key is null)
            return null;
        if (certificate is null || key is null)
            throw new UnsupportedKubeconfigException("only one of client-certificate and client-key");
        try
        {
            return ClientCertificate.Parse(certificate, key);
        }
        catch (CryptographicException e)
        {
            throw new UnsupportedKubeconfigException($"client-certificate or client-key: {e.Message}");
        }
    }

    private static (string User, string Password)? ReadBasic(KubeconfigSection section) =>
        section.Text("username") is { } name ? (name, section.Text("password") ?? "")
            : section.Has("password") ? throw new UnsupportedKubeconfigException("password without username")
            : null;

    private static IEnumerable<(string Name, string Value)> ReadImpersonation(KubeconfigSection section)
    {
        if (section.Text("as") is not { } user)
        {
            if (section.Has("as-uid") || section.Has("as-groups") || section.Has("as-user-extra"))
                throw new UnsupportedKubeconfigException("as-uid, as-groups or as-user-extra without as");
            yield break;
        }
        yield return ("Impersonate-User", Checked(user));
        if (section.Text("as-uid") is { } uid)
            yield return ("Impersonate-Uid", Checked(uid));
        foreach (var group in section.Texts("as-groups"))
            yield return ("Impersonate-Group", Checked(group));
        foreach (var (key, value) in section.Pairs("as-user-extra"))
            yield return ($"Impersonate-Extra-{EscapeKey(key)}", Checked(value));
    }

    // Each value is in a header line, which a line break would end.
    private static string Checked(string value) =>
        value.Any(char.IsControl) ? throw new UnsupportedKubeconfigException("a control character in an impersonation") : value;

    // Characters of a header name (RFC 7230) except "%" are kept; the others are percent-encoded, as in client-go.
    private static string EscapeKey(string key) => string.Concat(Encoding.UTF8.GetBytes(key).Select(b =>
        char.IsAsciiLetterOrDigit((char)b) || "!#$&'*+-.^_`|~".Contains((char)b) ? $"{(char)b}" : $"%{b:X2}"));
}
