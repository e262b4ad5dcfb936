using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sshpod.Tests.Clusters.Api;

namespace Sshpod.EndToEnd.Fixtures.Relays;

/// <summary>
/// A proxy that terminates TLS to see requests, and refuses some of them. Its users need tokens: client certificates do not get through.
/// </summary>
/// <param name="server">The API server.</param>
/// <param name="authority">The authority that signed its certificate, as PEM.</param>
/// <param name="isRefused">Whether to refuse a request, given its head.</param>
public sealed class HttpRelay(Uri server, string authority, Func<string, bool> isRefused) : Relay
{
    private const int MaxHead = 64 * 1024;

    private static readonly Certificates Own = new("relay-ca");

    private readonly X509Certificate2 _certificate = Issue();

    private readonly X509Certificate2Collection _authorities = Import(authority);

    /// <summary>The status of a refusal.</summary>
    public string Status { get; init; } = "403 Forbidden";

    /// <summary>What a refusal is written in.</summary>
    public string ContentType { get; init; } = "text/plain";

    /// <summary>What a refusal says.</summary>
    public string Body { get; init; } = "upgrades are not allowed here\n";

    /// <summary>The authority that signed the relay's own certificate, as PEM.</summary>
    public static string Authority => Own.Pem;

    /// <summary>Whether a request asks for a WebSocket.</summary>
    public static bool AsksForWebSocket(string head) => head.Contains("\r\nupgrade: websocket\r\n", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a request asks for SPDY.</summary>
    public static bool AsksForSpdy(string head) => head.Contains("\r\nupgrade: spdy/", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    protected override async Task ServeAsync(NetworkStream client, CancellationToken cancellation)
    {
        await using var secure = new SslStream(client);
        await secure.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, cancellation);
        var (head, rest) = await ReadHeadAsync(secure, cancellation);
        if (isRefused(head))
        {
            await secure.WriteAsync(
                Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 {Status}\r\nContent-Type: {ContentType}\r\nContent-Length: {Body.Length}\r\nConnection: "
                    + $"close\r\n\r\n{Body}"), cancellation);
            await secure.ShutdownAsync();
            return;
        }
        await using var upstream = new SslStream(await ConnectAsync(server.Host, server.Port, cancellation));
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(_authorities);
        await upstream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = server.Host, CertificateChainPolicy = policy }, cancellation);
        // One request per connection, so that each one is inspected.
        if (!AsksForWebSocket(head) && !AsksForSpdy(head))
            head = head[..^2] + "Connection: close\r\n\r\n";
        await upstream.WriteAsync(Encoding.Latin1.GetBytes(head), cancellation);
        await upstream.WriteAsync(rest, cancellation);
        await CarryAsync(secure, upstream, cancellation);
    }

    private static X509Certificate2 Issue()
    {
        var (certificate, key) = Own.Issue("127.0.0.1");
        return X509Certificate2.CreateFromPem(certificate, key);
    }

    private static X509Certificate2Collection Import(string pem)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(pem);
        return certificates;
    }

    private static async Task<(string Head, byte[] Body)> ReadHeadAsync(SslStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[MaxHead];
        for (var length = 0; length < MaxHead;)
        {
            var count = await stream.ReadAsync(buffer.AsMemory(length), cancellation);
            if (count == 0)
                break;
            length += count;
            if (buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) is >= 0 and var end)
                return (Encoding.Latin1.GetString(buffer, 0, end + 4), buffer[(end + 4)..length]);
        }
        throw new IOException("no request");
    }
}
