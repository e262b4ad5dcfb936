using System.Buffers.Binary;
using CsCheck;
using Sshpod.Ssh;
using Sshpod.Tunnels;

namespace Sshpod.Tests.Tunnels;

public class HostKeyGuardTests
{
    private const byte Ignore = 2, Init = 20, NewKeys = 21, Reply = 31, GroupReply = 33;

    private static readonly PublicKey Key = PublicKey.Parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")!;
    private static readonly PublicKey Other = PublicKey.Parse(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP/////VzrnkSdG6UOoqKLsabgH5C9okWi0dh2l9GKJl")!;

    private static readonly byte[] Banner = "SSH-2.0-OpenSSH_10.0 x\r\n"u8.ToArray();
    private static readonly byte[] Start = [.. Banner, .. Packet(Init, new byte[700])];

    [Fact]
    public void The_servers_own_key_and_everything_after_it_pass() =>
        Gen.Int[1, 900]
        .Sample(size =>
            Passes([.. Start, .. Packet(Ignore, [1]), .. Packet(Reply, ReplyOf(Key)), .. Packet(NewKeys, []), 1, 2, 3, 4, 5, 6, 7, 8],
                size));

    [Fact]
    public void Any_other_host_key_is_blocked() =>
        Gen.Int[1, 900].Sample(size => !Passes([.. Start, .. Packet(Reply, ReplyOf(Other))], size));

    [Fact]
    public void A_truncated_or_extended_host_key_is_blocked()
    {
        var blob = BlobOf(Key);
        Assert.False(Passes([.. Start, .. Packet(Reply, String(blob[..^1]))], 100));
        Assert.False(Passes([.. Start, .. Packet(Reply, String([.. blob, 0]))], 100));
        Assert.False(Passes([.. Start, .. Packet(Reply, String([]))], 100));
    }

    [Fact]
    public void The_key_exchange_reply_cannot_be_bypassed()
    {
        Assert.False(Passes([.. Start, .. Packet(NewKeys, [])], 100));
        // diffie-hellman-group-exchange, which the server does not support.
        Assert.False(Passes([.. Start, .. Packet(GroupReply, ReplyOf(Other))], 100));
        // A packet that ends before the key in it does.
        Assert.False(Passes([.. Start, 0, 0, 0, 10, 4, Reply, .. ReplyOf(Key)], 100));
        Assert.False(Passes([.. Start, 0xFF, 0xFF, 0xFF, 0xFF, 4, Init], 100));
        Assert.False(Passes([.. Banner, 0, 0, 0, 0, 4, Init], 100));
    }

    private static bool Passes(byte[] bytes, int size)
    {
        var guard = new HostKeyGuard(Key);
        return bytes.Chunk(size).All(chunk => guard.Allows(chunk));
    }

    private static byte[] ReplyOf(PublicKey key) => [.. String(BlobOf(key)), .. String(new byte[32]), .. String(new byte[83])];

    private static byte[] BlobOf(PublicKey key) => Convert.FromBase64String($"{key}".Split(' ')[1]);

    private static byte[] String(byte[] value) => [.. Number(value.Length), .. value];

    private static byte[] Packet(byte type, byte[] payload) => [.. Number(payload.Length + 2 + 4), 4, type, .. payload, 0, 0, 0, 0];

    private static byte[] Number(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
