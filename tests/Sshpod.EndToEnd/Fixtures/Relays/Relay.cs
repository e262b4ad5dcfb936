using System.Net;
using System.Net.Sockets;

namespace Sshpod.EndToEnd.Fixtures.Relays;

/// <summary>A real relay between this machine and the API server, on a port of 127.0.0.1.</summary>
public abstract class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _changing = new();
    private readonly HashSet<TcpClient> _clients = [];
    private readonly List<Task> _serving = [];
    private readonly Task _accepting;

    protected Relay()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The port that it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections it has accepted so far.</summary>
    public int Count { get; private set; }

    /// <summary>Cuts all current connections, without closing them properly.</summary>
    public void Cut()
    {
        lock (_changing)
        {
            foreach (var client in _clients)
                client.Client?.Close(0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        await Task.WhenAll(_serving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Serves one connection until it ends.</summary>
    protected abstract Task ServeAsync(NetworkStream client, CancellationToken cancellation);

    /// <summary>Connects to the target.</summary>
    protected static async Task<NetworkStream> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(host, port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Carries bytes both ways until one side ends.</summary>
    protected static async Task CarryAsync(Stream one, Stream other, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(one.CopyToAsync(other, end.Token), other.CopyToAsync(one, end.Token));
        await end.CancelAsync();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_end.Token);
                client.NoDelay = true;
                Count++;
                lock (_changing)
                    _clients.Add(client);
                _serving.Add(RunAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RunAsync(TcpClient client)
    {
        try
        {
            await ServeAsync(client.GetStream(), _end.Token);
        }
        catch (Exception e)
        when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException
            or System.Security.Authentication.AuthenticationException)
        {
            // One side has ended.
        }
        lock (_changing)
        {
            _clients.Remove(client);
            client.Dispose();
        }
    }
}
