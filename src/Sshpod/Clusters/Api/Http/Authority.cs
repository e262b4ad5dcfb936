using System.Net;
using System.Net.Sockets;

namespace Sshpod.Clusters.Api.Http;

/// <summary>Reads and writes the authority of a URL (RFC 3986 section 3.2), where an IPv6 address is in brackets.</summary>
internal static class Authority
{
    // RFC 1928; .NET has no default port for socks5.
    private const int SocksPort = 1080;

    /// <summary>The host of a URL as used by sockets and certificates, without brackets.</summary>
    public static string Host(Uri url) => url.IdnHost.Trim('[', ']');

    /// <summary>The port of a URL.</summary>
    public static int Port(Uri url) => url.Port > 0 ? url.Port : SocksPort;

    /// <summary>Host and port.</summary>
    public static string Of(string host, int port) => $"{Bracket(host)}:{port}";

    /// <summary>Host and port of a URL without the rest, for CONNECT and messages.</summary>
    public static string Of(Uri url) => Of(Host(url), Port(url));

    /// <summary>The value of a Host header (RFC 9110 section 7.2).</summary>
    public static string HostHeader(Uri url) => url.IsDefaultPort ? Bracket(Host(url)) : Of(url);

    /// <summary>A host as written before a port.</summary>
    // A zone has meaning only on this machine (RFC 6874 section 1).
    internal static string Bracket(string host) =>
        IPAddress.TryParse(host, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{host.Split('%')[0]}]" : host;
}
