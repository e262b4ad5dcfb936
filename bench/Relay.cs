using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Sshpod.Bench;

/// <summary>A TCP relay on loopback that makes its target look far away: everything arrives half a round trip late.</summary>
internal sealed class Relay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _target;
    private readonly TimeSpan _oneWay;

    public Relay(IPEndPoint target, TimeSpan roundTrip)
    {
        (_target, _oneWay) = (target, roundTrip / 2);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port that it listens on.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

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
            // The TCP handshake: SYN and SYN-ACK.
            await Task.Delay(_oneWay * 2);
            await far.ConnectAsync(_target);
            await Task.WhenAll(CarryAsync(near, far), CarryAsync(far, near));
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
        catch (SocketException)
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
        catch (SocketException)
        {
            // The receiver is gone.
        }
    }
}
