using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>
/// Distinguishes a slow answer from no network. kubectl waits half a minute for an API server that drops packets; a credential plugin that
/// waits for a login takes as long, legitimately. So when kubectl has been silent for a while, we probe the server.
/// </summary>
internal static class Reachability
{
    /// <summary>Watches one request.</summary>
    /// <param name="named">The context of the request.</param>
    /// <param name="cancellation">Cancelled when the request has ended.</param>
    /// <returns>The error if the API server cannot be reached; null if it can, if there is a proxy, or if we cannot tell.</returns>
    public static async Task<SshpodException?> WatchAsync(NamedContext named, CancellationToken cancellation)
    {
        await Task.Delay(ClusterLimits.KubectlSilence, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellation.IsCancellationRequested)
            return null;
        try
        {
            if (Kubeconfig.Read(named.Snapshot.Kubeconfig, named.Name) is not { Server: { } server, ProxyUrl: null } || HasProxy(server))
                return null;
            Log.Debug($"no answer yet: trying {Authority.Of(server)}");
            return await ProbeAsync(server, cancellation) is { } problem
                ? ClusterException.Unreachable($"{Authority.Of(server)}", named.Name, problem)
                : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    // By Go's rules, since it is kubectl's proxy.
    private static bool HasProxy(Uri server)
    {
        try
        {
            return ProxyRules.FromEnvironment(Environment.GetEnvironmentVariable).For(server) is not null;
        }
        catch (UnsupportedKubeconfigException)
        {
            // Perhaps only kubectl understands this proxy.
            return true;
        }
    }

    /// <summary>
    /// Completes a TLS handshake or, without TLS, waits for the first byte of an answer: a connection alone may have been accepted by a
    /// firewall. Certificates are left to kubectl; a rejected one counts as an answer.
    /// </summary>
    private static async Task<string?> ProbeAsync(Uri server, CancellationToken cancellation)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(Authority.Host(server), server.Port, cancellation).AsTask()
                .WaitAsync(ClusterLimits.ProbeConnect, cancellation);
        }
        catch (SocketException e)
        {
            return e.Message;
        }
        catch (TimeoutException)
        {
            return "nothing answers";
        }
        try
        {
            if (server.Scheme != Uri.UriSchemeHttps)
            {
                // Without TLS we send a request first.
                var request = $"GET /version HTTP/1.1\r\nHost: {Authority.HostHeader(server)}\r\nConnection: close\r\n\r\n";
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), cancellation);
                _ = await client.GetStream().ReadAsync(new byte[1], cancellation).AsTask()
                    .WaitAsync(ClusterLimits.ProbeAnswer, cancellation);
                return null;
            }
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = Authority.Host(server) }, cancellation)
                .WaitAsync(ClusterLimits.ProbeAnswer, cancellation);
            return null;
        }
        catch (TimeoutException)
        {
            return "something accepts the connection but sends nothing";
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return null;
        }
    }
}
