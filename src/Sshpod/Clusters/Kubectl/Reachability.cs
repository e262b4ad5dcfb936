using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>
/// Tells a slow answer from no network. kubectl tries an API server that swallows packets for half a minute; a credential plugin that
/// waits for a login takes as long and is fine. So when kubectl has been silent for a while, the server itself is tried.
/// </summary>
internal static class Reachability
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1.5);

    /// <summary>Watches one request.</summary>
    /// <param name="context">The context it goes to; null for the current one.</param>
    /// <param name="cancellation">The request has ended.</param>
    /// <returns>What to tell the user when the API server cannot be reached; null when it can, when a proxy stands between, or when nobody knows.</returns>
    public static async Task<SshpodException?> WatchAsync(string? context, CancellationToken cancellation)
    {
        await Task.Delay(Silence, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellation.IsCancellationRequested)
            return null;
        try
        {
            if (Kubeconfig.Read(context) is not { Server: { } server, ProxyUrl: null } || HasProxy(server))
                return null;
            Log.Debug($"no answer yet: trying {server.Host}:{server.Port}");
            return await ProbeAsync(server, cancellation) is { } problem
                ? ClusterException.Unreachable($"{server.Host}:{server.Port}", context, problem)
                : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static bool HasProxy(Uri server) => HttpClient.DefaultProxy.GetProxy(server) is { } proxy && proxy != server;

    /// <summary>Goes as far as a TLS handshake: a connection alone may be a firewall's. Certificates are kubectl's business; a rejected one is an answer.</summary>
    private static async Task<string?> ProbeAsync(Uri server, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ProbeLimit);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Host, server.Port, limit.Token);
            if (server.Scheme == Uri.UriSchemeHttps)
            {
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = server.Host }, limit.Token);
            }
            return null;
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer in {(Silence + ProbeLimit).TotalSeconds:0.#} s";
        }
    }
}
