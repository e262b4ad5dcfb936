using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Sshpod.Bench;

/// <summary>
/// A TCP relay on loopback that makes its target look far away: everything arrives half a round trip late. It can be cut, and mended.
/// </summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly TimeSpan _oneWay;
    private readonly HashSet<Socket> _open = [];
    private bool _isCut;

    public Relay(IPEndPoint target, TimeSpan roundTrip)
    {
        (_target, _oneWay) = (target, roundTrip / 2);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port that it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Resets every connection, and each new one, until it is mended.</summary>
    public void Cut()
    {
        lock (_open)
        {
            _isCut = true;
            foreach (var socket in _open)
                socket.Close(timeout: 0);
            _open.Clear();
        }
    }

    /// <summary>Lets new connections through.</summary>
    public void Mend()
    {
        lock (_open)
            _isCut = false;
    }

    public void Dispose() => _listener.Dispose();

    // Whether it is let through. Then Cut closes it.
    private bool Enter(Socket socket)
    {
        lock (_open)
            return !_isCut && _open.Add(socket);
    }

    private void Leave(params ReadOnlySpan<Socket> sockets)
    {
        lock (_open)
            foreach (var socket in sockets)
                _open.Remove(socket);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = CarryAsync(await _listener.AcceptSocketAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task CarryAsync(Socket near)
    {
        using var far = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        near.NoDelay = true;
        using (near)
        {
            if (!Enter(near) || !Enter(far))
            {
                near.Close(timeout: 0);
                return;
            }
            try
            {
                // The TCP handshake: SYN and SYN-ACK.
                await Task.Delay(_oneWay * 2);
                await far.ConnectAsync(_target);
                await Task.WhenAll(CarryAsync(near, far), CarryAsync(far, near));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Cut.
            }
            finally
            {
                Leave(near, far);
            }
        }
    }

    /// <summary>Carries one direction. Data in flight does not hold up what follows.</summary>
    private async Task CarryAsync(Socket from, Socket to)
    {
        var onItsWay = Channel.CreateBounded<(byte[] Bytes, long Due)>(1024);
        var arriving = ArriveAsync(onItsWay.Reader, to);
        var buffer = new byte[64 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
                await onItsWay.Writer.WriteAsync((buffer[..count], Environment.TickCount64 + (long)_oneWay.TotalMilliseconds));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Reset: end the other side too.
        }
        onItsWay.Writer.Complete();
        await arriving;
    }

    private static async Task ArriveAsync(ChannelReader<(byte[] Bytes, long Due)> onItsWay, Socket to)
    {
        try
        {
            await foreach (var (bytes, due) in onItsWay.ReadAllAsync())
            {
                if (due - Environment.TickCount64 is > 0 and var left)
                    await Task.Delay(TimeSpan.FromMilliseconds(left));
                await to.SendAsync(bytes);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The receiver is gone.
        }
    }
}
