using Sshpod.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api.Streams;

public class SpdyFrameTests
{
    [Theory]
    [InlineData("00000005 01000000", -1, 5u, true, 0)]
    [InlineData("00000007 00FFFFFF", -1, 7u, false, 0xFFFFFF)]
    [InlineData("7FFFFFFF 00000001", -1, 0x7FFFFFFFu, false, 1)]
    [InlineData("80030002 00000010", 2, 0u, false, 16)]
    [InlineData("80030003 00000008", 3, 0u, false, 8)]
    [InlineData("80030006 00000004", 6, 0u, false, 4)]
    [InlineData("80030008 01000004", 8, 0u, true, 4)]
    [InlineData("80030009 00000008", 9, 0u, false, 8)]
    public void The_start_of_a_frame_is_read(string bytes, int type, uint stream, bool isLast, int length) =>
        Assert.Equal(new SpdyFrame((SpdyType)type, stream, isLast, length), SpdyFrame.Parse(Bytes(bytes)));

    [Theory]
    [InlineData("80020002 00000010")]
    [InlineData("FFFFFFFF FFFFFFFF")]
    [InlineData("80000000 00000000")]
    public void Another_version_is_refused(string bytes) => Assert.Throws<IOException>(() => SpdyFrame.Parse(Bytes(bytes)));

    [Fact]
    public void Frames_are_written_as_the_draft_says()
    {
        var data = new byte[SpdyFrame.HeaderSize];
        SpdyFrame.WriteData(data, 3, 0x010203, isLast: false);
        Assert.Equal(Bytes("00000003 00010203"), data);
        Assert.Equal(Bytes("00000003 01000000"), SpdyFrame.End(3));
        Assert.Equal(Bytes("80030001 0000000C 00000005 00000000 0000 ABCD"), SpdyFrame.SynStream(5, [0xAB, 0xCD]));
        Assert.Equal(Bytes("80030006 00000004 00000002"), SpdyFrame.Ping(2));
        Assert.Equal(Bytes("80030007 00000008 00000000 00000000"), SpdyFrame.GoAway());
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
