using Sshpod.Ssh;

namespace Sshpod.Tests.Ssh;

public class DisconnectTests
{
    [Fact]
    public void The_packet_is_that_of_RFC_4253_whatever_the_length_of_the_reason()
    {
        for (var length = 0; length < 40; length++)
        {
            var bytes = Disconnect.Packet(new string('x', length))[16..];
            Assert.Equal(0, bytes.Length % 8);
            Assert.Equal(bytes.Length - 4, bytes[3]);
            Assert.InRange(bytes[4], 4, 11);
            Assert.Equal(length, bytes[13]);
            Assert.Equal(bytes.Length, 4 + 1 + 1 + 4 + 4 + length + 4 + bytes[4]);
        }
    }
}
