using System.Diagnostics;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Http;

/// <summary>Opens connections to an API server: TCP, through a proxy if there is one, then TLS with the server verified.</summary>
/// <param name="server">The API server.</param>
/// <param name="context">The context it belongs to, for messages.</param>
internal sealed class Dialer(ApiServer server, string? context)
{
    private readonly CertificateTrust _trust = new(server);

    /// <summary>
    /// How long the last connection took without TLS: at least one round trip to the API server, since a proxy answers when it has
    /// connected there. Names that were looked up are included. Null before the first connection.
    /// </summary>
    public TimeSpan? Distance { get; private set; }

    /// <summary>Connects.</summary>
    /// <param name="certificate">Our certificate; null for none.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="SshpodException">The server cannot be reached, or cannot be verified.</exception>
    public async Task<Stream> ConnectAsync(ClientCertificate? certificate, CancellationToken cancellation)
    {
        try
        {
            return await OpenAsync(certificate, cancellation);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            throw Explain(e) ?? e;
        }
    }

    /// <summary>The same for a server that is not a cluster's: errors are those of sockets and TLS.</summary>
    /// <param name="certificate">Our certificate; null for none.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    public async Task<Stream> OpenAsync(ClientCertificate? certificate, CancellationToken cancellation)
    {
        using var limit = new ConnectLimit(cancellation);
        Stream? stream = null;
        var start = Stopwatch.GetTimestamp();
        try
        {
            stream = server.Proxy is { } proxy
                ? await ConnectThroughAsync(proxy, limit.Token)
                : await TcpAsync(server.Host, server.Url.Port, limit.Token);
            Distance = Stopwatch.GetElapsedTime(start);
            return server.IsSecure ? await SecureAsync(limit.Watch(stream), server.TlsServerName ?? server.Host, certificate, limit.Token)
                : stream;
        }
        catch
        {
            if (stream is not null)
                await stream.DisposeAsync();
            throw;
        }
    }

    private ClusterException? Explain(Exception problem) => problem switch
    {
        OperationCanceledException =>
            ClusterException.Unreachable(Describe(), context, $"no answer in {ClusterLimits.ApiSilence.TotalSeconds:0} s"),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } when server.Proxy is not null =>
            ClusterException.CannotReach(context, $"proxy {Authority.Of(server.Proxy)} refuses connections", "proxy refuses"),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => ClusterException.Refused(Describe(), context),
        AuthenticationException =>
            new ClusterException($"cannot verify API server {server} of {ClusterException.Describe(context)}: {problem.Message}",
            "check certificate-authority and tls-server-name in the kubeconfig"),
        SocketException or IOException or CryptographicException => ClusterException.CannotReach(context, $"{server}", problem),
        _ => null,
    };

    private string Describe() => server.Proxy is { } proxy ? $"{server} (through proxy {Authority.Of(proxy)})" : $"{server}";

    private async Task<Stream> ConnectThroughAsync(Uri proxy, CancellationToken cancellation)
    {
        var host = Authority.Host(proxy);
        var stream = await TcpAsync(host, Authority.Port(proxy), cancellation);
        try
        {
            if (proxy.Scheme is "socks5" or "socks5h")
            {
                await Socks5.ConnectAsync(stream, proxy, server.Host, server.Url.Port, cancellation);
                return stream;
            }
            // As in Go, the proxy is verified with the same authorities. It does not get our certificate.
            if (proxy.Scheme == Uri.UriSchemeHttps)
                stream = await SecureAsync(stream, host, null, cancellation);
            return await TunnelAsync(stream, proxy, cancellation);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>CONNECT (RFC 9110 section 9.3.6).</summary>
    private async Task<Stream> TunnelAsync(Stream stream, Uri proxy, CancellationToken cancellation)
    {
        var target = Authority.Of(server.Url);
        var authorization = proxy.UserInfo.Length > 0
            ? $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(proxy.UserInfo)))}\r\n"
            : "";
        var connection = new HttpConnection(stream);
        var response = await connection.SendAsync($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n{authorization}", default, cancellation);
        return response.Status / 100 == 2 ? connection.Detach()
            : throw new IOException($"proxy {Authority.Of(proxy)} answers {response.Status}");
    }

    private static async Task<Stream> TcpAsync(string host, int port, CancellationToken cancellation) =>
        new NetworkStream(await HappyEyeballs.ConnectAsync(host, port, cancellation), ownsSocket: true);

    private async Task<Stream> SecureAsync(Stream stream, string name, ClientCertificate? certificate, CancellationToken cancellation)
    {
        var tls = new SslStream(stream);
        try
        {
            await _trust.AuthenticateAsync(tls, name, certificate, cancellation);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }
}
