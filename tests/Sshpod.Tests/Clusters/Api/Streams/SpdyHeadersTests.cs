using System.IO.Compression;
using System.Text;
using Sshpod.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api.Streams;

public class SpdyHeadersTests
{
    private const string First = "\0\0\0\u0002\0\0\0\u0004port\0\0\0\u000240\0\0\0\nstreamtype\0\0\0\u0004data";
    private const string Second = "\0\0\0\u0001\0\0\0\nstreamtype\0\0\0\u0005error";

    [Fact]
    public void Headers_are_zlib_with_SPDYs_dictionary_and_blocks_that_end_with_a_flush()
    {
        var block = new SpdyHeaders().Next([("port", "40"), ("streamtype", "data")]);
        Assert.Equal("78BBE3C6A7C2", Convert.ToHexString(block[..6]));
        // zlib's own check of its first two bytes.
        Assert.Equal(0, ((block[0] << 8) | block[1]) % 31);
        Assert.Equal("000000FFFF", Convert.ToHexString(block[^5..]));
        Assert.Equal(First, Inflate(block[6..], First.Length));
    }

    [Fact]
    public void All_blocks_of_a_connection_are_one_stream()
    {
        var headers = new SpdyHeaders();
        var first = headers.Next([("port", "40"), ("streamtype", "data")]);
        var second = headers.Next([("streamtype", "error")]);
        Assert.Equal(First + Second, Inflate([.. first[6..], .. second], First.Length + Second.Length));
    }

    // .NET's ZLibStream knows no dictionary; what follows the dictionary's checksum is plain deflate.
    private static string Inflate(byte[] deflated, int length)
    {
        using var inflated = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress);
        var bytes = new byte[length];
        inflated.ReadExactly(bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}
