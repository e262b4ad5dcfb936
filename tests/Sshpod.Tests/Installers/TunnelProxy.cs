using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Sshpod.Tests.Installers;

/// <summary>An HTTPS proxy that connects to one server, whatever name is requested.</summary>
public sealed class TunnelProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly Task _serving;

    public TunnelProxy(int server)
    {
        _server = server;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>Its URL.</summary>
    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The requested hosts and ports.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ServeAsync()
    {
        while (true)
            _ = CarryAsync(await _listener.AcceptTcpClientAsync());
    }

    private async Task CarryAsync(TcpClient client)
    {
        try
        {
            using (client)
            using (var server = new TcpClient())
            {
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, leaveOpen: true);
                // CONNECT HOST:PORT HTTP/1.1
                Requests.Enqueue((await reader.ReadLineAsync())!.Split(' ')[1]);
                while (await reader.ReadLineAsync() is { Length: > 0 })
                    continue;
                await server.ConnectAsync(IPAddress.Loopback, _server);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray());
                await Task.WhenAny(stream.CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(stream));
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // One side is gone.
        }
    }
}
