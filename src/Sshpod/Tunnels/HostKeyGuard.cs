using System.Buffers.Binary;
using Sshpod.Ssh;

namespace Sshpod.Tunnels;

/// <summary>
/// Watches the first key exchange (RFC 4253), which is not encrypted, for the server's host key. ssh checks it against known_hosts by name;
/// this checks it against the key that the container itself reported, whatever known_hosts says at the moment.
/// </summary>
/// <param name="hostKey">The only key that is allowed.</param>
internal sealed class HostKeyGuard(PublicKey hostKey)
{
    // RFC 4253 section 12, RFC 5656 section 7.1: the reply with the host key, in every method that our server has.
    private const byte ExchangeReply = 31;

    // Messages that may come before: DISCONNECT to DEBUG, and KEXINIT.
    private const byte LastTransport = 4, ExchangeInit = 20;

    // A packet's length, padding length and type; in a reply, also the length of the host key.
    private const int LengthSize = 4, HeaderSize = LengthSize + 2, ReplySize = HeaderSize + 4;

    // RFC 4253 section 6.1; OpenSSH's limits.
    private const int MaxPacket = 256 * 1024, MaxKey = 4096;

    private readonly List<byte> _start = [];
    private State _state = State.Banner;
    private long _skip;

    private enum State
    {
        Banner,
        Packet,
        Done,
    }

    /// <summary>Inspects bytes from the server before ssh gets them.</summary>
    /// <returns>Whether ssh may have them; if not, nothing more of this connection may reach it.</returns>
    public bool Allows(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _state != State.Done)
        {
            if (_state == State.Banner)
            {
                var end = bytes.IndexOf((byte)'\n');
                if (end < 0)
                    return true;
                bytes = bytes[(end + 1)..];
                _state = State.Packet;
            }
            else if (_skip > 0)
            {
                var count = (int)Math.Min(_skip, bytes.Length);
                bytes = bytes[count..];
                _skip -= count;
            }
            else
            {
                _start.Add(bytes[0]);
                bytes = bytes[1..];
                if (!JudgeStart())
                    return false;
            }
        }
        return true;
    }

    /// <summary>Judges what has arrived of a packet.</summary>
    private bool JudgeStart()
    {
        var start = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_start);
        if (start.Length < HeaderSize)
            return true;
        var length = BinaryPrimitives.ReadUInt32BigEndian(start);
        if (length is < 2 or > MaxPacket)
            return false;
        switch (start[HeaderSize - 1])
        {
            case <= LastTransport or ExchangeInit:
                _skip = LengthSize + (long)length - start.Length;
                _start.Clear();
                return true;
            case ExchangeReply when start.Length < ReplySize:
                return true;
            case ExchangeReply:
                var size = BinaryPrimitives.ReadUInt32BigEndian(start[HeaderSize..]);
                if (size > MaxKey || size + ReplySize > LengthSize + (long)length)
                    return false;
                if (start.Length < ReplySize + (int)size)
                    return true;
                if (!hostKey.IsBlob(start[ReplySize..]))
                    return false;
                // ssh checks the signature that follows. The rest is encrypted.
                _state = State.Done;
                _start.Clear();
                return true;
            default:
                // NEWKEYS (21) before a reply, or the reply of a method that the server does not have.
                return false;
        }
    }
}
