using System.Net;
using System.Net.Sockets;

namespace Sshpod.Clusters.Api.Http;

/// <summary>Writes and reads the part of a URL that says where (RFC 3986 section 3.2): an IPv6 address stands in brackets.</summary>
internal static class Authority
{
    // RFC 1928: .NET knows no port for socks5.
    private const int SocksPort = 1080;

    /// <summary>The host of a URL as sockets and certificates name it, without brackets.</summary>
    public static string Host(Uri url) => url.IdnHost.Trim('[', ']');

    /// <summary>The port of a URL.</summary>
    public static int Port(Uri url) => url.Port > 0 ? url.Port : SocksPort;

    /// <summary>Host and port.</summary>
    public static string Of(string host, int port) => $"{Bracket(host)}:{port}";

    /// <summary>Host and port of a URL, whatever else is in it; as CONNECT and messages take it.</summary>
    public static string Of(Uri url) => Of(Host(url), Port(url));

    /// <summary>What a Host header says (RFC 9110 section 7.2).</summary>
    public static string HostHeader(Uri url) => url.IsDefaultPort ? Bracket(Host(url)) : Of(url);

    /// <summary>A host as it stands before a port.</summary>
    // A zone concerns this machine alone (RFC 6874 section 1).
    internal static string Bracket(string host) =>
        IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{host.Split('%')[0]}]" : host;
}
