using System.Buffers.Binary;
using System.Text;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// The header blocks that a connection sends. All of them are one stream of zlib's format (RFC 1950), with a dictionary that SPDY defines.
/// We compress nothing (RFC 1951 section 3.2.4, stored blocks), so of the dictionary only its checksum is needed. It is less than a hundred
/// bytes for each stream, once.
/// </summary>
internal sealed class SpdyHeaders
{
    // Deflate with a window of 32 KiB; a dictionary, with its Adler-32 (draft-mbelshe-httpbis-spdy-00 section 2.6.10.1).
    private static readonly byte[] Start = [0x78, 0xBB, 0xE3, 0xC6, 0xA7, 0xC2];

    // An empty stored block: without it, decompressors keep back what they have.
    private static readonly byte[] Flush = [0, 0, 0, 0xFF, 0xFF];

    private bool _hasStarted;

    /// <summary>The block for the next stream; blocks must be sent in the order in which they were made.</summary>
    /// <param name="headers">Names in lower case, in ASCII, and values.</param>
    public byte[] Next(IReadOnlyList<(string Name, string Value)> headers)
    {
        using var text = new MemoryStream();
        Write(text, headers.Count);
        foreach (var (name, value) in headers)
        {
            Write(text, name);
            Write(text, value);
        }
        byte[] block = [.. _hasStarted ? [] : Start, .. Stored(text.ToArray()), .. Flush];
        _hasStarted = true;
        return block;
    }

    private static byte[] Stored(byte[] bytes)
    {
        // Not the last block; then the length, and its complement.
        var block = new byte[5 + bytes.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(1), checked((ushort)bytes.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(block.AsSpan(3), (ushort)~bytes.Length);
        bytes.CopyTo(block, 5);
        return block;
    }

    private static void Write(MemoryStream text, string word)
    {
        var bytes = Encoding.UTF8.GetBytes(word);
        Write(text, bytes.Length);
        text.Write(bytes);
    }

    private static void Write(MemoryStream text, int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        text.Write(bytes);
    }
}
