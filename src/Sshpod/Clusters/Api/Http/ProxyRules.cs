using System.Net;
using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Clusters.Api.Http;

/// <summary>
/// Chooses the proxy for a URL from the same environment variables as Go, by the same rules (golang.org/x/net/http/httpproxy).
/// </summary>
/// <param name="httpsProxy">HTTPS_PROXY.</param>
/// <param name="httpProxy">HTTP_PROXY.</param>
/// <param name="noProxy">NO_PROXY.</param>
internal sealed class ProxyRules(string? httpsProxy, string? httpProxy, string? noProxy)
{
    /// <summary>Reads the variables.</summary>
    public static ProxyRules FromEnvironment(Func<string, string?> environment)
    {
        return new ProxyRules(Any("HTTPS_PROXY"), Any("HTTP_PROXY"), Any("NO_PROXY"));

        string? Any(string name) => environment(name) is { Length: > 0 } value ? value : environment(name.ToLowerInvariant());
    }

    /// <summary>The proxy for a URL; null for none.</summary>
    /// <exception cref="UnsupportedKubeconfigException">The proxy cannot be used.</exception>
    public Uri? For(Uri url)
    {
        var proxy = url.Scheme == Uri.UriSchemeHttps ? httpsProxy : httpProxy;
        return string.IsNullOrWhiteSpace(proxy) || IsExcepted(Authority.Host(url).ToLowerInvariant(), url.Port) ? null
            : ParseProxy(proxy.Trim());
    }

    /// <summary>Reads the URL of a proxy.</summary>
    /// <exception cref="UnsupportedKubeconfigException">The proxy cannot be used.</exception>
    public static Uri ParseProxy(string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal))
            text = $"http://{text}";
        return Uri.TryCreate(text, UriKind.Absolute, out var proxy)
            && proxy.Scheme is "http" or "https" or "socks5" or "socks5h" && proxy.Host.Length > 0
            ? proxy
            : throw new UnsupportedKubeconfigException("a proxy that is neither http, https nor socks5");
    }

    private bool IsExcepted(string host, int port)
    {
        var address = IPAddress.TryParse(host, out var parsed) ? parsed : null;
        return host == "localhost" || (address is not null && IPAddress.IsLoopback(address))
            || (noProxy ?? "").ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Any(Matches);

        bool Matches(string rule)
        {
            if (rule == "*")
                return true;
            if (rule.Contains('/') && IPNetwork.TryParse(rule, out var network))
                return address is not null && network.Contains(address);
            var (name, rulePort) = SplitPort(rule);
            if (name.Length == 0 || (rulePort is { } only && only != port))
                return false;
            if (IPAddress.TryParse(name, out var ruleAddress))
                return ruleAddress.Equals(address);
            // ".example.org" and "*.example.org" match only subdomains; "example.org" matches itself too.
            name = name.StartsWith("*.", StringComparison.Ordinal) ? name[1..] : name;
            return address is null && (name[0] == '.'
                ? host.EndsWith(name, StringComparison.Ordinal)
                : host == name || host.EndsWith($".{name}", StringComparison.Ordinal));
        }
    }

    private static (string Name, int? Port) SplitPort(string rule)
    {
        if (IPAddress.TryParse(rule.Trim('[', ']'), out _))
            return (rule.Trim('[', ']'), null);
        var colon = rule.LastIndexOf(':');
        return colon > 0 && int.TryParse(rule.AsSpan(colon + 1), out var port) ? (rule[..colon].Trim('[', ']'), port) : (rule, null);
    }
}
