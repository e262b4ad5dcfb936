using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Api.Login;
using Sshpod.Tests.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api;

/// <summary>Answers one request after another on each connection.</summary>
internal sealed class FakeApiServer : IAsyncDisposable
{
    private static readonly Certificates Authority = new("fake-api-server");

    private readonly TcpListener _listener;
    private readonly Func<string, Stream, Task<bool>> _answer;
    private readonly X509Certificate2? _certificate;
    private readonly Task _accepting;

    /// <param name="answer">Answers a request, given its head; returns whether another may follow.</param>
    /// <param name="certificate">Its certificate; null for plain HTTP.</param>
    /// <param name="address">Where it listens; null for 127.0.0.1.</param>
    public FakeApiServer(Func<string, Stream, Task<bool>> answer, (string Certificate, string Key)? certificate = null,
        IPAddress? address = null)
    {
        _listener = new TcpListener(address ?? IPAddress.Loopback, 0);
        _answer = answer;
        _certificate = certificate is var (pem, key) ? X509Certificate2.CreateFromPem(pem, key) : null;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>A server with TLS that its clients trust.</summary>
    /// <param name="answer">Answers a request, given its head; returns whether another may follow.</param>
    public static FakeApiServer Secure(Func<string, Stream, Task<bool>> answer) => new(answer, Authority.Issue("127.0.0.1"));

    /// <summary>How many connections it has accepted so far.</summary>
    public int Connections { get; private set; }

    /// <summary>The certificate that the last client presented.</summary>
    public X509Certificate? ClientCertificate { get; private set; }

    /// <summary>Its URL.</summary>
    public Uri Url => new($"{(_certificate is null ? "http" : "https")}://{_listener.LocalEndpoint}");

    private bool IsSecure => _certificate?.Issuer == "CN=fake-api-server";

    /// <summary>The configuration of a client.</summary>
    public ApiConfiguration Configuration(ApiUser? user = null, Func<ApiServer, ApiServer>? change = null) =>
        new("test",
            (change ?? (server => server))(
                new ApiServer(Url, IsSecure ? CertificateAuthorities.Parse(Encoding.ASCII.GetBytes(Authority.Pem)) : null)),
                user ?? ApiUser.Anonymous, "default");

    /// <summary>Writes a response with a body.</summary>
    public static async Task<bool> RespondAsync(Stream stream, string status, string body)
    {
        await stream.WriteAsync(
            Encoding.UTF8.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));
        return true;
    }

    /// <summary>Accepts a WebSocket upgrade.</summary>
    public static async Task<WebSocket> UpgradeAsync(string head, Stream stream, string protocol)
    {
        var key = head.Split("Sec-WebSocket-Key: ")[1].Split("\r\n")[0];
#pragma warning disable CA5350 // RFC 6455
        var accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
                + $"Upgrade\r\nSec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"));
        return WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
    }

    /// <summary>Accepts an upgrade to SPDY.</summary>
    public static async Task<SpdyPeer> UpgradeToSpdyAsync(Stream stream, string protocol)
    {
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n"
                + $"X-Stream-Protocol-Version: {protocol}\r\n\r\n"));
        return new SpdyPeer(stream);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _certificate?.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            var client = await _listener.AcceptTcpClientAsync();
            Connections++;
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (_certificate is not null)
                {
                    var tls = new SslStream(stream);
#pragma warning disable CA5359 // The test looks at it.
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = _certificate,
                        ClientCertificateRequired = true,
                        RemoteCertificateValidationCallback = (_, certificate, _, _) => { ClientCertificate = certificate; return true; },
                    });
#pragma warning restore CA5359
                    stream = tls;
                }
                while (await ReadHeadAsync(stream) is { } head && await _answer(head, stream))
                {
                }
            }
            catch (Exception e) when (e is IOException or AuthenticationException or WebSocketException)
            {
                // The client went away; the test checks what the client says.
            }
        }
    }

    private static async Task<string?> ReadHeadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (await stream.ReadAsync(one) > 0)
            if (head.Append((char)one[0]) is { Length: >= 4 } && head.ToString(head.Length - 4, 4) == "\r\n\r\n")
                return head.ToString();
        return null;
    }
}
