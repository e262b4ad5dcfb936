using System.Net;
using System.Net.Sockets;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>Ports on this machine's 127.0.0.1.</summary>
public static class FreePort
{
    /// <summary>Finds a port that nobody listened on a moment ago.</summary>
    public static int Find()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
