using System.Net.Sockets;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Doctor;

/// <summary>Which proxy, if any, is between here and the API server, and why; a proxy must accept connections.</summary>
internal static class ProxyCheck
{
    /// <summary>Finds the proxy and connects to it.</summary>
    public static async Task<Finding<string>> RunAsync(Kubeconfig kubeconfig, CancellationToken cancellation)
    {
        if (kubeconfig.Server is null)
            return Finding.Ok("left to kubectl");
        Uri? proxy;
        string reason;
        try
        {
            (proxy, reason) = Choose(kubeconfig, Environment.GetEnvironmentVariable);
        }
        catch (UnsupportedKubeconfigException e)
        {
            return Finding.Ok($"{e.Message}: left to kubectl");
        }
        if (proxy is null)
            return Finding.Ok($"none: {reason}");
        // Without the user name and password that the URL may contain.
        var where = $"{proxy.Scheme}://{Authority.Of(proxy)}";
        try
        {
            using var socket = await HappyEyeballs.ConnectAsync(Authority.Host(proxy), Authority.Port(proxy), cancellation);
            return Finding.Ok($"{where}, since {reason}");
        }
        catch (SocketException e)
        {
            return Finding.Failure<string>($"{where}, since {reason}, and it accepts no connection: {e.Message}",
                "check that it is running, or unset it");
        }
    }

    /// <summary>Determines which proxy applies.</summary>
    internal static (Uri? Proxy, string Reason) Choose(Kubeconfig kubeconfig, Func<string, string?> environment)
    {
        if (kubeconfig.ProxyUrl is { } url)
            return (ProxyRules.ParseProxy(url), "proxy-url in the kubeconfig says so");
        var server = kubeconfig.Server!;
        var name = server.Scheme == Uri.UriSchemeHttps ? "HTTPS_PROXY" : "HTTP_PROXY";
        if (new[] { name, name.ToLowerInvariant() }.FirstOrDefault(variable => environment(variable) is { Length: > 0 }) is not { } set)
            return (null, $"neither proxy-url nor {name} is set");
        return ProxyRules.FromEnvironment(environment).For(server) is { } proxy
            ? (proxy, $"{set} is set")
            : (null, $"{set} is set, but {server.Host} is {(server.IsLoopback ? "this machine" : "excluded by NO_PROXY")}");
    }
}
