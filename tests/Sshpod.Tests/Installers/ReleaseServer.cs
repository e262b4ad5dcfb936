using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sshpod.Tests.Installers;

/// <summary>Serves a tree of files over TLS on this machine, like any web server; a test can damage what it serves.</summary>
public sealed class ReleaseServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly X509Certificate2? _certificate;
    private readonly string _tree;
    private readonly Task _serving;

    /// <summary>Starts a server with a certificate, or one that speaks HTTP without TLS.</summary>
    public ReleaseServer(string tree, (string Certificate, string Key)? identity)
    {
        _tree = tree;
        if (identity is var (certificate, key))
        {
            // Schannel and others need a key that has been in a store.
            using var ephemeral = X509Certificate2.CreateFromPem(certificate, key);
            _certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        }
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Its port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Its URL.</summary>
    public string Url => $"{(_certificate is null ? "http" : "https")}://localhost:{Port}";

    /// <summary>Files by name that it serves instead of the tree's; null for one that is missing.</summary>
    public Dictionary<string, byte[]?> Changed { get; } = [];

    /// <summary>The file of which it sends only half before it closes the connection.</summary>
    public string? Cut { get; set; }

    /// <summary>The file that it sends without a length and without end: so many bytes at once, and a pause after each.</summary>
    public (string Name, int Bytes, TimeSpan Pause)? Endless { get; set; }

    /// <summary>How much the client and the sockets between have taken of what has no end, in bytes.</summary>
    public long EndlessSent { get; private set; }

    /// <summary>Where it redirects requests for some files, as GitHub does; their path is appended.</summary>
    public string? Redirect { get; set; }

    /// <summary>What the names of these files begin with: archives, unless a test says otherwise.</summary>
    public string Redirected { get; set; } = "sshpod-";

    /// <summary>The requested paths.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>A file of the latest release, as it is in the tree.</summary>
    public byte[] Original(string name) => File.ReadAllBytes(Path.Combine(_tree, "latest/download", name));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _certificate?.Dispose();
    }

    private async Task ServeAsync()
    {
        while (true)
            _ = AnswerAsync(await _listener.AcceptTcpClientAsync());
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            using (client)
            await using (Stream stream = _certificate is null ? client.GetStream() : new SslStream(client.GetStream()))
            {
                if (stream is SslStream tls)
                    await tls.AuthenticateAsServerAsync(_certificate!);
                using var reader = new StreamReader(stream, leaveOpen: true);
                var path = (await reader.ReadLineAsync())!.Split(' ')[1];
                while (await reader.ReadLineAsync() is { Length: > 0 })
                    continue;
                Requests.Enqueue(path);
                await AnswerAsync(stream, path);
            }
        }
        catch (Exception exception)
        when (exception is IOException or System.Security.Authentication.AuthenticationException or SocketException)
        {
            // In some tests the client goes away, or does not trust this authority.
        }
    }

    private async Task AnswerAsync(Stream stream, string path)
    {
        var name = path.Split('/')[^1];
        var isStored = path.StartsWith("/stored/", StringComparison.Ordinal);
        if (Redirect is not null && name.StartsWith(Redirected, StringComparison.Ordinal) && !isStored)
        {
            await WriteHeaderAsync(stream, $"302 Found\r\nLocation: {Redirect}/stored{path}", 0);
            return;
        }
        if (Endless is { } endless && endless.Name == name)
            await SendEndlesslyAsync(stream, endless.Bytes, endless.Pause);
        var file = _tree + (isStored ? path["/stored".Length..] : path);
        if (!Changed.TryGetValue(name, out var content) && File.Exists(file))
            content = await File.ReadAllBytesAsync(file);
        await WriteHeaderAsync(stream, content is null ? "404 Not Found" : "200 OK", content?.Length ?? 0);
        await stream.WriteAsync(name == Cut ? content.AsMemory(0, content!.Length / 2) : content);
    }

    // Until the client has had enough, which is an IOException.
    private async Task SendEndlesslyAsync(Stream stream, int bytes, TimeSpan pause)
    {
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"u8.ToArray());
        for (var piece = new byte[bytes]; ;)
        {
            await stream.WriteAsync(piece);
            EndlessSent += bytes;
            await Task.Delay(pause);
        }
    }

    private static ValueTask WriteHeaderAsync(Stream stream, string status, int length) =>
        stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"));
}
