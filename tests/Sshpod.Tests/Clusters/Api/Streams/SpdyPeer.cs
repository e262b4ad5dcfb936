using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sshpod.Clusters.Api.Streams;

namespace Sshpod.Tests.Clusters.Api.Streams;

/// <summary>The far side of SPDY: what it reads and writes are whole frames.</summary>
/// <param name="connection">The connection.</param>
internal sealed class SpdyPeer(Stream connection)
{
    /// <summary>Reads a frame.</summary>
    public async Task<(SpdyFrame Frame, byte[] Payload)> ReadAsync()
    {
        var head = new byte[SpdyFrame.HeaderSize];
        await connection.ReadExactlyAsync(head);
        var frame = SpdyFrame.Parse(head);
        var payload = new byte[frame.Length];
        await connection.ReadExactlyAsync(payload);
        return (frame, payload);
    }

    /// <summary>Reads the frames that open streams, and accepts them.</summary>
    /// <returns>The header block of each.</returns>
    public async Task<byte[][]> AcceptAsync(int count)
    {
        List<byte[]> opened = [];
        for (var i = 0; i < count; i++)
        {
            var (frame, payload) = await ReadAsync();
            Assert.Equal(SpdyType.SynStream, frame.Type);
            Assert.Equal((uint)((2 * i) + 1), BinaryPrimitives.ReadUInt32BigEndian(payload));
            opened.Add(payload[10..]);
        }
        for (var i = 0; i < count; i++)
            await WriteAsync(SpdyFrames.Reply((2 * i) + 1));
        return [.. opened];
    }

    /// <summary>Reads the bytes of a stream until it ends.</summary>
    public async Task<byte[]> ReadToEndAsync(uint stream)
    {
        List<byte> bytes = [];
        while (true)
        {
            var (frame, payload) = await ReadAsync();
            if (frame.Type != SpdyType.Data || frame.Stream != stream)
                continue;
            bytes.AddRange(payload);
            if (frame.IsLast)
                return [.. bytes];
        }
    }

    /// <summary>Writes frames.</summary>
    public async Task WriteAsync(params IEnumerable<byte[]> frames) =>
        await connection.WriteAsync((byte[])[.. frames.SelectMany(bytes => bytes)]);

    /// <summary>Two ends of a connection.</summary>
    public static async Task<(Stream Client, Stream Server)> ConnectAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(listener.LocalEndpoint);
        return (new NetworkStream(client, ownsSocket: true), new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true));
    }
}

/// <summary>Frames of SPDY/3.1 as a server sends them, right ones and wrong ones.</summary>
internal static class SpdyFrames
{
    private static readonly string[] Statuses =
    [
        """{"kind":"Status","status":"Success"}""",
        """{"status":"Failure","reason":"NonZeroExitCode","message":"m","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""",
        """{"status":"Failure","message":"error dialing backend: \u001b[2J"}""",
        "container not found", "{", "",
    ];

    /// <summary>A frame with bytes.</summary>
    public static byte[] Data(int stream, ReadOnlySpan<byte> bytes, bool isLast = false, int? claimed = null)
    {
        var frame = new byte[SpdyFrame.HeaderSize + bytes.Length];
        SpdyFrame.WriteData(frame, (uint)stream, claimed ?? bytes.Length, isLast);
        bytes.CopyTo(frame.AsSpan(SpdyFrame.HeaderSize));
        return frame;
    }

    /// <summary>A control frame.</summary>
    public static byte[] Control(int type, ReadOnlySpan<byte> payload, int flags = 0, int? claimed = null, int version = 3)
    {
        var frame = new byte[SpdyFrame.HeaderSize + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, 0x8000_0000 | ((uint)version << 16) | (uint)type);
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), ((uint)flags << 24) | (uint)(claimed ?? payload.Length));
        payload.CopyTo(frame.AsSpan(SpdyFrame.HeaderSize));
        return frame;
    }

    /// <summary>Accepts a stream; its headers mean nothing to anybody.</summary>
    public static byte[] Reply(int stream, bool isLast = false) => Control(2, [.. Number(stream), .. "zlib"u8], isLast ? 1 : 0);

    /// <summary>Ends a stream in both directions, or refuses it.</summary>
    public static byte[] Reset(int stream) => Control(3, [.. Number(stream), .. Number(5)]);

    /// <summary>Asks whether anybody is there.</summary>
    public static byte[] Ping(int id) => Control(6, Number(id));

    /// <summary>Announces the end of the connection.</summary>
    public static byte[] GoAway() => Control(7, new byte[8]);

    /// <summary>What a peer might send, mostly right at first; half of the time damaged afterwards.</summary>
    public static byte[] Any(Random random)
    {
        List<byte> bytes = [];
        if (random.Next(8) > 0)
            foreach (var stream in (int[])[1, 3, 5, 7])
                bytes.AddRange(Reply(stream, isLast: random.Next(20) == 0));
        for (var count = random.Next(1, 12); count > 0; count--)
            bytes.AddRange(One(random));
        if (random.Next(3) > 0)
            bytes.AddRange(GoAway());
        for (var damage = random.Next(2) == 0 ? 0 : random.Next(1, 5); damage > 0 && bytes.Count > 0; damage--)
        {
            var at = random.Next(bytes.Count);
            if (random.Next(3) == 0)
                bytes.RemoveRange(at, random.Next(Math.Min(9, bytes.Count - at) + 1));
            else if (random.Next(2) == 0)
                bytes.Insert(at, (byte)random.Next(256));
            else
                bytes[at] = (byte)random.Next(256);
        }
        return [.. bytes];
    }

    private static byte[] One(Random random)
    {
        var stream = random.Next(10) == 0 ? random.Next() : (2 * random.Next(5)) + 1;
        return random.Next(14) switch
        {
            0 => Ping(random.Next(5)),
            1 => Reset(stream),
            2 => Reply(stream, random.Next(3) == 0),
            3 => GoAway(),
            4 => Control(random.Next(12), Noise(random, 30), random.Next(4)),
            5 => Control(random.Next(12), Noise(random, 30), claimed: random.Next(0x100_0000)),
            6 => Control(random.Next(12), Noise(random, 3), version: random.Next(5)),
            7 => Data(stream, Noise(random, 30), claimed: random.Next(0x100_0000)),
            8 => Data(stream, new byte[random.Next(random.Next(10) == 0 ? 200_000 : 3_000)]),
            9 => Data(7, Encoding.UTF8.GetBytes(Statuses[random.Next(Statuses.Length)]), random.Next(2) == 0),
            10 => Data(stream, [], isLast: random.Next(2) == 0),
            11 => Control(8, [.. Number(stream), .. Noise(random, 50)], random.Next(2)),
            _ => Data(stream, Noise(random, 100), random.Next(6) == 0),
        };
    }

    private static byte[] Number(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Noise(Random random, int most)
    {
        var bytes = new byte[random.Next(most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }
}
