using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Clusters.Api.Http;

/// <summary>Where the API server is, and how it proves who it is.</summary>
/// <param name="Url">Its URL, perhaps with a path (Rancher), without a slash at the end.</param>
/// <param name="Authorities">Whom to trust; null for those that the system trusts.</param>
/// <param name="TlsServerName">The name that its certificate must have; null for the host.</param>
/// <param name="SkipVerification">Whether any certificate will do.</param>
/// <param name="Proxy">The proxy on the way; null for none.</param>
internal sealed record ApiServer(Uri Url, CertificateAuthorities? Authorities = null, string? TlsServerName = null,
    bool SkipVerification = false, Uri? Proxy = null)
{
    /// <summary>The host as sockets and certificates name it: an IPv6 address without its brackets.</summary>
    public string Host => Authority.Host(Url);

    /// <summary>Whether it is reached by TLS. Without it, no credentials are sent.</summary>
    public bool IsSecure => Url.Scheme == Uri.UriSchemeHttps;

    /// <summary>How messages name it.</summary>
    public override string ToString() => Authority.Of(Url);

    /// <summary>Reads a <c>cluster</c> of the kubeconfig.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It has something that is not understood.</exception>
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

    /// <summary>Puts one together, with the proxy that the environment asks for where none is given.</summary>
    /// <exception cref="UnsupportedKubeconfigException">It has something that is not understood.</exception>
    public static ApiServer Create(Uri url, byte[]? authorities, string? tlsServerName = null,
        bool skipVerification = false, string? proxyUrl = null)
    {
        var proxy = proxyUrl is null ? ProxyRules.FromEnvironment(Environment.GetEnvironmentVariable).For(url)
            : ProxyRules.ParseProxy(proxyUrl);
        // kubectl gives such a request to the proxy as it is, and does not ask for a tunnel.
        if (proxy?.Scheme is "http" or "https" && url.Scheme == Uri.UriSchemeHttp)
            throw new UnsupportedKubeconfigException("plain HTTP through a proxy");
        return new ApiServer(new Uri(url.AbsoluteUri.TrimEnd('/')),
            authorities is { Length: > 0 } ? CertificateAuthorities.Parse(authorities) : null,
            tlsServerName, skipVerification, proxy);
    }
}
