using System.Buffers.Binary;
using System.Text;

namespace Sshpod.Ssh;

/// <summary>
/// Tells ssh itself why there is no connection. If it may stay in the background after its session (<c>ControlPersist</c>), ssh gives its
/// ProxyCommand no stderr, but it prints the reason when a server disconnects.
/// </summary>
public static class Disconnect
{
    // RFC 4253 section 11.1: SSH_MSG_DISCONNECT, and SSH_DISCONNECT_SERVICE_NOT_AVAILABLE as the reason.
    private const byte Message = 1;
    private const uint Reason = 7;
    private const int Block = 8, MinimumPadding = 4;

    /// <summary>Acts as a server that disconnects, and returns when ssh has closed the stream.</summary>
    /// <param name="reason">One line; ssh prints the first 400 bytes.</param>
    public static async Task SendAsync(string reason)
    {
        try
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(Packet(reason));
            await output.FlushAsync();
            await using var input = Console.OpenStandardInput();
            // ssh sends its first packet before it reads ours: if nobody read it, ssh would report that error instead.
            await Task.WhenAny(input.CopyToAsync(Stream.Null), Task.Delay(SshLimits.Disconnect));
        }
        catch (IOException)
        {
            // ssh has already exited.
        }
    }

    /// <summary>A server's identification string, and one unencrypted packet (RFC 4253 section 6).</summary>
    internal static byte[] Packet(string reason)
    {
        var text = Encoding.UTF8.GetBytes(reason);
        var payload = 1 + 4 + 4 + text.Length + 4;
        var padding = Block - (4 + 1 + payload) % Block;
        if (padding < MinimumPadding)
            padding += Block;
        var version = "SSH-2.0-sshpod\r\n"u8;
        var bytes = new byte[version.Length + 4 + 1 + payload + padding];
        version.CopyTo(bytes);
        var packet = bytes.AsSpan(version.Length);
        BinaryPrimitives.WriteInt32BigEndian(packet, 1 + payload + padding);
        packet[4] = (byte)padding;
        packet[5] = Message;
        BinaryPrimitives.WriteUInt32BigEndian(packet[6..], Reason);
        BinaryPrimitives.WriteInt32BigEndian(packet[10..], text.Length);
        text.CopyTo(packet[14..]);
        return bytes;
    }
}
