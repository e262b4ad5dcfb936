using System.Net;
using System.Net.Sockets;
using System.Text;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Api.Login;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Api.Http;

public class DialerTests
{
    private static readonly Certificates Authority = new();

    [Theory]
    [InlineData("127.0.0.1", null, null)]
    [InlineData("other.example", null, "RemoteCertificateNameMismatch")]
    [InlineData("other.example", "other.example", null)]
    [InlineData("127.0.0.1", "other.example", "RemoteCertificateNameMismatch")]
    public async Task The_name_in_the_certificate_is_always_verified(string certificateName, string? tlsServerName, string? problem)
    {
        await using var server = Server(Authority.Issue(certificateName));
        await ExpectAsync(
            server.Configuration(change: api => api with { Authorities = Trust(Authority.Pem), TlsServerName = tlsServerName }), problem);
    }

    [Theory]
    [InlineData("CN alone", "127.0.0.1", null)]
    [InlineData("CN alone", "other.example", "other.example")]
    [InlineData("an address as text", "127.0.0.1", null)]
    [InlineData("an address as text", "127.0.0.1", "127.0.0.1")]
    [InlineData("an e-mail address", "127.0.0.1", null)]
    [InlineData("an e-mail address", "other.example", "other.example")]
    [InlineData("another name", "other.example", "other.example")]
    public async Task Only_a_subject_alternative_name_counts_and_nothing_is_said_to_another(
        string names, string commonName, string? tlsServerName)
    {
        List<string> heads = [];
        var certificate = Authority.Issue(commonName, names switch
        {
            "CN alone" => null,
            "an address as text" => san => san.AddDnsName("127.0.0.1"),
            "an e-mail address" => san => san.AddEmailAddress("admin@other.example"),
            _ => san => san.AddDnsName("third.example"),
        });
        await using var server = new FakeApiServer((head, stream) =>
        {
            heads.Add(head);
            return FakeApiServer.RespondAsync(stream, "200 OK", "{}");
        }, certificate);
        var user = ApiUser.Anonymous with { Token = "s3cret" };
        await ExpectAsync(server.Configuration(user, api => api with { Authorities = Trust(Authority.Pem), TlsServerName = tlsServerName }),
            "cannot verify API server");
        Assert.Empty(heads);
    }

    [Fact]
    public async Task Each_connection_has_the_trust_of_its_own_server()
    {
        var system = Path.GetTempFileName();
        await File.WriteAllTextAsync(system, $"{new Certificates("first").Pem}\n{Authority.Pem}\n");
        Environment.SetEnvironmentVariable("SSL_CERT_FILE", system);
        try
        {
            var own = new Certificates("own");
            await using var owned = Server(own.Issue("127.0.0.1"));
            await using var known = Server(Authority.Issue("127.0.0.1"));
            for (var i = 0; i < 2; i++)
            {
                await ExpectAsync(owned.Configuration(change: api => api with { Authorities = Trust(own.Pem) }), null);
                await ExpectAsync(known.Configuration(), null);
                await ExpectAsync(owned.Configuration(), "cannot verify API server");
                await ExpectAsync(known.Configuration(change: api => api with { Authorities = Trust(own.Pem) }),
                    "cannot verify API server");
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("SSL_CERT_FILE", null);
            File.Delete(system);
        }
    }

    [Fact]
    public async Task An_authority_that_is_not_in_the_kubeconfig_is_not_trusted()
    {
        await using var server = Server(Authority.Issue("127.0.0.1"));
        await ExpectAsync(server.Configuration(change: api => api with { Authorities = Trust(new Certificates("stranger").Pem) }),
            "cannot verify API server");
        // The same name with another key.
        await ExpectAsync(server.Configuration(change: api => api with { Authorities = Trust(new Certificates().Pem) }),
            "cannot verify API server");
        await ExpectAsync(server.Configuration(change: api => api with { SkipVerification = true }), null);
    }

    [Fact]
    public async Task Every_authority_of_a_bundle_is_trusted()
    {
        await using var server = Server(Authority.Issue("127.0.0.1"));
        await ExpectAsync(
            server.Configuration(change: api => api with { Authorities = Trust(new Certificates("first").Pem + "\n" + Authority.Pem) }),
            null);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_server_sees_the_clients_certificate(bool rsa)
    {
        var (certificate, key) = Authority.Issue("me", rsa);
        await using var server = Server(Authority.Issue("127.0.0.1"));
        var user =
            ApiUser.Anonymous with
            {
                Certificate = ClientCertificate.Parse(
                Encoding.ASCII.GetBytes(certificate), Encoding.ASCII.GetBytes(key))
            };
        await ExpectAsync(server.Configuration(user, api => api with { Authorities = Trust(Authority.Pem) }), null);
        Assert.Equal("CN=me", server.ClientCertificate?.Subject);
    }

    [Fact]
    public async Task A_server_that_is_silent_or_not_there_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await ExpectAsync(
            new ApiConfiguration("dev", new ApiServer(new Uri($"https://127.0.0.1:{port}"), Trust(Authority.Pem)),
                ApiUser.Anonymous, "default"),
            $"API server 127.0.0.1:{port} of context \"dev\" cannot be reached: no answer in 4 s");
        listener.Stop();
        await ExpectAsync(
            new ApiConfiguration("dev", new ApiServer(new Uri($"https://127.0.0.1:{port}"), Trust(Authority.Pem)),
                ApiUser.Anonymous, "default"),
            $"API server 127.0.0.1:{port} of context \"dev\" refuses connections");
    }

    [Theory]
    [InlineData("http")]
    [InlineData("socks5")]
    public async Task A_proxy_leads_to_the_server_and_the_servers_name_is_still_verified(string scheme)
    {
        await using var server = Server(Authority.Issue("near.example"));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asked = scheme == "http" ? HttpProxyAsync(listener, server.Url.Port) : SocksProxyAsync(listener, server.Url.Port);
        var proxy = new Uri($"{scheme}://me:p%40ss@127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

        await ExpectAsync(
            new ApiConfiguration(null, new ApiServer(new Uri("https://near.example:6443"), Trust(Authority.Pem), Proxy: proxy),
                ApiUser.Anonymous, "default"), null);

        Assert.Equal(scheme == "http" ? $"CONNECT near.example:6443 HTTP/1.1 {Convert.ToBase64String("me:p@ss"u8)}"
            : "near.example me p@ss", await asked);
    }

    private static FakeApiServer Server((string, string) certificate) =>
        new((_, stream) => FakeApiServer.RespondAsync(stream, "200 OK", "{}"), certificate);

    private static CertificateAuthorities Trust(string pem) => CertificateAuthorities.Parse(Encoding.ASCII.GetBytes(pem));

    private static async Task ExpectAsync(ApiConfiguration configuration, string? problem)
    {
        await using var client = new ApiClient(configuration);
        var get = client.GetAsync("/version", ApiClient.Json, default);
        if (problem is null)
            Assert.Equal(200, (await get).Status);
        else
            Assert.Contains(problem, (await Assert.ThrowsAnyAsync<SshpodException>(() => get)).Message, StringComparison.Ordinal);
    }

    private static async Task<string> HttpProxyAsync(TcpListener listener, int port)
    {
        var client = (await listener.AcceptTcpClientAsync()).GetStream();
        var head = new byte[4096];
        var lines = Encoding.ASCII.GetString(head, 0, await client.ReadAsync(head)).Split("\r\n");
        await client.WriteAsync("HTTP/1.1 200 Connection established\r\n\r\n"u8.ToArray());
        _ = RelayAsync(client, port);
        return $"{lines[0]} {lines.First(line => line.StartsWith("Proxy-Authorization: Basic ", StringComparison.Ordinal)).Split(' ')[2]}";
    }

    private static async Task<string> SocksProxyAsync(TcpListener listener, int port)
    {
        var client = (await listener.AcceptTcpClientAsync()).GetStream();
        Assert.Equal([5, 2, 0, 2], await ReadAsync(4));
        await client.WriteAsync(new byte[] { 5, 2 });
        await ReadAsync(1);
        var user = await TextAsync();
        var password = await TextAsync();
        await client.WriteAsync(new byte[] { 1, 0 });
        Assert.Equal([5, 1, 0, 3], await ReadAsync(4));
        var host = await TextAsync();
        await ReadAsync(2);
        await client.WriteAsync(new byte[] { 5, 0, 0, 1, 0, 0, 0, 0, 0, 0 });
        _ = RelayAsync(client, port);
        return $"{host} {user} {password}";

        async Task<string> TextAsync() => Encoding.ASCII.GetString(await ReadAsync((await ReadAsync(1))[0]));

        async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            await client.ReadExactlyAsync(bytes);
            return bytes;
        }
    }

    private static async Task RelayAsync(Stream client, int port)
    {
        using var server = new TcpClient();
        await server.ConnectAsync(IPAddress.Loopback, port);
        await Task.WhenAny(client.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client));
    }
}
