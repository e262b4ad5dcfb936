using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sshpod.Clusters.Api.Http;

/// <summary>The client side of SOCKS 5 (RFC 1928, RFC 1929). The proxy resolves names.</summary>
internal static class Socks5
{
    private const byte Version = 5, NoAuthentication = 0, Password = 2, Connect = 1;

    /// <summary>Asks the proxy at the other end of a connection to connect to a host.</summary>
    /// <exception cref="IOException">The proxy does not connect.</exception>
    public static async Task ConnectAsync(Stream stream, Uri proxy, string host, int port, CancellationToken cancellation)
    {
        byte[] methods = proxy.UserInfo.Length > 0 ? [NoAuthentication, Password] : [NoAuthentication];
        await stream.WriteAsync((byte[])[Version, (byte)methods.Length, .. methods], cancellation);
        switch (await ReadAsync(2))
        {
            case [Version, NoAuthentication]:
                break;
            case [Version, Password] when proxy.UserInfo.Split(':', 2) is var user:
                await stream.WriteAsync((byte[])[1, .. Counted(user[0]), .. Counted(user.Length > 1 ? user[1] : "")], cancellation);
                if (await ReadAsync(2) is not [_, 0])
                    throw new IOException("the SOCKS proxy does not accept the password");
                break;
            default:
                throw new IOException("the SOCKS proxy requires another authentication method");
        }

        byte[] target = !IPAddress.TryParse(host, out var address) ? [3, .. Counted(host)]
            : [(byte)(address.AddressFamily == AddressFamily.InterNetwork ? 1 : 4), .. address.GetAddressBytes()];
        await stream.WriteAsync((byte[])[Version, Connect, 0, .. target, (byte)(port >> 8), (byte)port], cancellation);
        var answer = await ReadAsync(4);
        if (answer[1] != 0)
            throw new IOException($"the SOCKS proxy refuses the connection (reply {answer[1]})");
        // BND.ADDR, which we do not need, and the two bytes of BND.PORT.
        await ReadAsync(2 + answer[3] switch { 1 => 4, 4 => 16, _ => (await ReadAsync(1))[0] });

        async Task<byte[]> ReadAsync(int count)
        {
            var bytes = new byte[count];
            await stream.ReadExactlyAsync(bytes, cancellation);
            return bytes;
        }
    }

    private static byte[] Counted(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(text));
        return bytes.Length <= byte.MaxValue ? [(byte)bytes.Length, .. bytes] : throw new IOException("name or login too long for SOCKS");
    }
}
