using System.Buffers.Binary;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>Types of SPDY's frames (draft-mbelshe-httpbis-spdy-00 section 2.6). A frame of any other type is skipped.</summary>
internal enum SpdyType
{
    /// <summary>Bytes of a stream; the only frame that is not a control frame.</summary>
    Data = -1,

    /// <summary>Opens a stream.</summary>
    SynStream = 1,

    /// <summary>Accepts a stream.</summary>
    SynReply = 2,

    /// <summary>Refuses a stream, or ends it in both directions.</summary>
    RstStream = 3,

    /// <summary>Asks whether the far side is there, or answers that.</summary>
    Ping = 6,

    /// <summary>Announces the end of the connection: streams that are open go on.</summary>
    GoAway = 7,

    /// <summary>More headers for a stream.</summary>
    Headers = 8,
}

/// <summary>The first 8 bytes of a frame of SPDY/3.1, and the frames that we send.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Stream">Number of the stream; 0 for a control frame, which names it in its payload.</param>
/// <param name="IsLast">Whether the sender sends no more on the stream (FLAG_FIN); means nothing in frames without a stream.</param>
/// <param name="Length">Number of bytes that follow.</param>
internal readonly record struct SpdyFrame(SpdyType Type, uint Stream, bool IsLast, int Length)
{
    /// <summary>Size of what begins each frame.</summary>
    public const int HeaderSize = 8;

    private const uint Control = 0x8000_0000, Version = 3, Fin = 0x0100_0000, LengthMask = 0x00FF_FFFF;

    /// <summary>Reads the start of a frame.</summary>
    /// <exception cref="IOException">It is a control frame of another version: the far side does not speak SPDY/3.</exception>
    public static SpdyFrame Parse(ReadOnlySpan<byte> bytes)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var second = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var (isLast, length) = ((second & Fin) != 0, (int)(second & LengthMask));
        if ((first & Control) == 0)
            return new SpdyFrame(SpdyType.Data, first, isLast, length);
        return ((first & ~Control) >> 16) == Version ? new SpdyFrame((SpdyType)(first & 0xFFFF), 0, isLast, length)
            : throw new IOException("the far side does not speak SPDY/3");
    }

    /// <summary>Writes the start of a frame with bytes of a stream.</summary>
    public static void WriteData(Span<byte> bytes, uint stream, int length, bool isLast)
    {
        BinaryPrimitives.WriteUInt32BigEndian(bytes, stream);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], (isLast ? Fin : 0) | (uint)length);
    }

    /// <summary>A frame that ends our half of a stream.</summary>
    public static byte[] End(uint stream)
    {
        var frame = new byte[HeaderSize];
        WriteData(frame, stream, 0, isLast: true);
        return frame;
    }

    /// <summary>A frame that opens a stream, of the highest priority.</summary>
    /// <param name="stream">Its number, odd for a client.</param>
    /// <param name="headers">Its header block, see <see cref="SpdyHeaders"/>.</param>
    public static byte[] SynStream(uint stream, ReadOnlySpan<byte> headers)
    {
        // The stream, the stream that it belongs to, priority and slot.
        const int fixedSize = 10;
        var frame = Of(SpdyType.SynStream, fixedSize + headers.Length);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(HeaderSize), stream);
        headers.CopyTo(frame.AsSpan(HeaderSize + fixedSize));
        return frame;
    }

    /// <summary>A frame that answers a ping.</summary>
    public static byte[] Ping(uint id)
    {
        var frame = Of(SpdyType.Ping, 4);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(HeaderSize), id);
        return frame;
    }

    /// <summary>A frame that announces the end of a connection on which the far side has opened no stream.</summary>
    public static byte[] GoAway() => Of(SpdyType.GoAway, 8);

    /// <summary>A control frame whose payload is still zero.</summary>
    private static byte[] Of(SpdyType type, int length)
    {
        var frame = new byte[HeaderSize + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, Control | (Version << 16) | (uint)type);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), (uint)length);
        return frame;
    }
}
