using System.Buffers.Binary;

namespace Sshpod.Tunnels.Resuming;

/// <summary>What a frame says.</summary>
internal enum FrameType : byte
{
    /// <summary>Bytes of the stream.</summary>
    Data = 1,

    /// <summary>The position up to which everything has been handed on.</summary>
    Ack = 2,

    /// <summary>A number, to be sent back.</summary>
    Ping = 3,

    /// <summary>The number of a PING.</summary>
    Pong = 4,

    /// <summary>The last position, and an <see cref="EndReason"/>.</summary>
    End = 5,

    /// <summary>END has been read and acted on.</summary>
    Bye = 6,

    /// <summary>Another connection of this client, which nobody will resume, is to end.</summary>
    Abandon = 7,
}

/// <summary>Why a connection has ended, as END says it.</summary>
internal enum EndReason : byte
{
    /// <summary>ssh or sshd has ended.</summary>
    Closed = 0,

    /// <summary><c>sshpod clean</c>.</summary>
    Cleaned = 1,

    /// <summary>It was paused for too long.</summary>
    Grace = 2,

    /// <summary>One side does not keep to the protocol.</summary>
    Protocol = 3,

    /// <summary>Too many connections are paused.</summary>
    Displaced = 4,
}

/// <summary>How frames are written: type, length (24 bits), payload, all numbers big-endian.</summary>
internal static class Frame
{
    /// <summary>Type and length.</summary>
    public const int HeadSize = 4;

    /// <summary>The most data of one frame.</summary>
    public const int MaxData = 64 * 1024;

    /// <summary>An ACK, PING or PONG.</summary>
    public const int NumberSize = HeadSize + 8;

    /// <summary>An END.</summary>
    public const int EndSize = NumberSize + 1;

    /// <summary>The payload of an ABANDON: identifier and MAC.</summary>
    public const int AbandonLength = 32;

    /// <summary>The longest payload but for data.</summary>
    public const int MaxControl = AbandonLength;

    /// <summary>Whether frames of a type may be so long.</summary>
    public static bool IsValid(FrameType type, int length) => type switch
    {
        FrameType.Data => length is >= 1 and <= MaxData,
        FrameType.Ack or FrameType.Ping or FrameType.Pong => length == NumberSize - HeadSize,
        FrameType.End => length == EndSize - HeadSize,
        FrameType.Bye => length == 0,
        FrameType.Abandon => length == AbandonLength,
        _ => false,
    };

    /// <summary>Reads the length in a frame's head.</summary>
    public static int LengthOf(ReadOnlySpan<byte> head) => head[1] << 16 | head[2] << 8 | head[3];

    /// <summary>Writes a head.</summary>
    /// <returns>Its size.</returns>
    public static int WriteHead(Span<byte> to, FrameType type, int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(to, (int)type << 24 | length);
        return HeadSize;
    }

    /// <summary>Writes a frame that holds one number.</summary>
    /// <returns>Its size.</returns>
    public static int WriteNumber(Span<byte> to, FrameType type, long number)
    {
        WriteHead(to, type, NumberSize - HeadSize);
        BinaryPrimitives.WriteInt64BigEndian(to[HeadSize..], number);
        return NumberSize;
    }

    /// <summary>Writes an END.</summary>
    /// <returns>Its size.</returns>
    public static int WriteEnd(Span<byte> to, long position, EndReason reason)
    {
        WriteHead(to, FrameType.End, EndSize - HeadSize);
        BinaryPrimitives.WriteInt64BigEndian(to[HeadSize..], position);
        to[NumberSize] = (byte)reason;
        return EndSize;
    }
}
