using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Clusters.Api.Http;

/// <summary>How the API server is reached and verified.</summary>
/// <param name="Url">Its URL, possibly with a path (Rancher), without a trailing slash.</param>
/// <param name="Authorities">The trusted certificate authorities; null for those of the system.</param>
/// <param name="TlsServerName">The name that its certificate must have; null for the host.</param>
/// <param name="SkipVerification">Whether any certificate is accepted.</param>
/// <param name="Proxy">The proxy; null for none.</param>
internal sealed record ApiServer(Uri Url, CertificateAuthorities? Authorities = null, string? TlsServerName = null,
    bool SkipVerification = false, Uri? Proxy = null)
{
    /// <summary>The host as used by sockets and certificates: an IPv6 address has no brackets.</summary>
    public string Host => Authority.Host(Url);

    /// <summary>Whether the connection uses TLS. Without TLS, no credentials are sent.</summary>
    public bool IsSecure => Url.Scheme == Uri.UriSchemeHttps;

    /// <summary>The name used in messages.</summary>
    public override string ToString() => Authority.Of(Url);

    /// <summary>Reads a <c>cluster</c> entry of the kubeconfig.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It contains something unsupported.</exception>
    public static ApiServer Read(KubeconfigSection section)
    {
        section.AllowOnly("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority", "certificate-authority-data",
            "proxy-url", "disable-compression", "extensions");
        var url = section.Text("server");
        var server = ServerUrl.Read(url) ?? throw new UnsupportedKubeconfigException($"server \"{url}\"");

        var skip = section.Flag("insecure-skip-tls-verify");
        var authorities = section.Content("certificate-authority");
        if (skip && authorities is not null)
            throw new UnsupportedKubeconfigException("both certificate-authority and insecure-skip-tls-verify");
        return Create(server, authorities, section.Text("tls-server-name"), skip, section.Text("proxy-url"));
    }

    /// <summary>Creates one; when no proxy is given, the environment decides.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It contains something unsupported.</exception>
    public static ApiServer Create(Uri url, byte[]? authorities, string? tlsServerName = null,
        bool skipVerification = false, string? proxyUrl = null)
    {
        var proxy = proxyUrl is null ? ProxyRules.FromEnvironment(Environment.GetEnvironmentVariable).For(url)
            : ProxyRules.ParseProxy(proxyUrl);
        // kubectl sends such a request to the proxy as it is, without CONNECT.
        if (proxy?.Scheme is "http" or "https" && url.Scheme == Uri.UriSchemeHttp)
            throw new UnsupportedKubeconfigException("plain HTTP through a proxy");
        return new ApiServer(new Uri(url.AbsoluteUri.TrimEnd('/')),
            authorities is { Length: > 0 } ? CertificateAuthorities.Parse(authorities) : null,
            tlsServerName, skipVerification, proxy);
    }
}
