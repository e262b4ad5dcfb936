using System.Net;
using System.Net.Sockets;

namespace Sshpod.Clusters.Api.Http;

/// <summary>Connects to a name with several addresses, some of which may be unreachable (RFC 8305).</summary>
internal static class HappyEyeballs
{
    // TCP_NOTSENT_LOWAT of linux/tcp.h and of xnu's netinet/tcp.h.
    private const int Tcp = 6, UnsentOnLinux = 25, UnsentOnMacOS = 0x201;

    private const int MostUnsent = 128 * 1024;

    /// <summary>Tries one address after another, each with a head start over the next, and returns the first connection.</summary>
    /// <exception cref="SocketException">No address works; this is the error of the last one.</exception>
    public static async Task<Socket> ConnectAsync(string host, int port, CancellationToken cancellation)
    {
        var addresses = new Queue<IPAddress>(
            Alternating(IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellation)));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        List<Task<Socket>> attempts = [];
        Task<Socket>? winner = null;
        try
        {
            while (true)
            {
                if (addresses.TryDequeue(out var address))
                    attempts.Add(ConnectAsync(address, port, ending.Token));
                var running = attempts.Where(attempt => !attempt.IsCompleted).ToArray();
                if (running.Length > 0)
                {
                    var head = Task.Delay(addresses.Count > 0 ? ClusterLimits.NextAddress : Timeout.InfiniteTimeSpan, ending.Token);
                    await Task.WhenAny([head, .. running]);
                }
                cancellation.ThrowIfCancellationRequested();
                winner = attempts.Find(attempt => attempt.IsCompletedSuccessfully);
                if (winner is not null)
                    return await winner;
                if (addresses.Count == 0 && attempts.TrueForAll(attempt => attempt.IsCompleted))
                    return await (attempts.LastOrDefault() ?? throw new SocketException((int)SocketError.HostNotFound));
            }
        }
        finally
        {
            await ending.CancelAsync();
            foreach (var loser in attempts.Where(attempt => attempt != winner))
                _ = loser.ContinueWith(static lost => { if (lost.IsCompletedSuccessfully) lost.Result.Dispose(); else _ = lost.Exception; },
                    TaskScheduler.Default);
        }
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            LimitUnsent(socket);
            await socket.ConnectAsync(address, port, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // The kernel would buffer megabytes ahead of the network: a key pressed during a copy would wait behind them, and progress would count
    // them as sent.
    private static void LimitUnsent(Socket socket)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return;
        try
        {
            socket.SetRawSocketOption(Tcp, OperatingSystem.IsLinux() ? UnsentOnLinux : UnsentOnMacOS, BitConverter.GetBytes(MostUnsent));
        }
        catch (SocketException)
        {
            // Not every system that calls itself Linux supports it; nothing depends on it.
        }
    }

    /// <summary>Alternates the address families, beginning with that of the first address.</summary>
    private static IEnumerable<IPAddress> Alternating(IPAddress[] addresses) =>
        addresses.GroupBy(address => address.AddressFamily)
            .SelectMany((family, order) => family.Select((address, rank) => (address, rank, order)))
            .OrderBy(item => item.rank).ThenBy(item => item.order).Select(item => item.address);
}
