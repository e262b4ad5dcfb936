using System.Buffers.Binary;
using System.Text;
using Sshpod.Streams;

namespace Sshpod.Tests.Clusters.Api.Streams;

/// <summary>The far side of a WebSocket: sends these bytes, cut anywhere, and then ends. What it is sent, it drops.</summary>
/// <param name="pieces">What it sends.</param>
/// <param name="random">Decides how it is cut.</param>
internal sealed class HostilePeer(IEnumerable<ReadOnlyMemory<byte>> pieces, Random random) : AsyncStream
{
    private readonly IEnumerator<ReadOnlyMemory<byte>> _pieces = pieces.GetEnumerator();
    private readonly int _mostAtOnce = random.Next(3) switch { 0 => 7, 1 => 300, _ => int.MaxValue };
    private readonly bool _breaks = random.Next(2) == 0;
    private int _writesLeft = random.Next(4) == 0 ? random.Next(6) : int.MaxValue;
    private ReadOnlyMemory<byte> _piece;
    private bool _isDisposed;

    /// <summary>How many bytes it has sent.</summary>
    public long Given { get; private set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        if (random.Next(20) == 0)
            await Task.Yield();
        while (_piece.IsEmpty)
        {
            if (!_pieces.MoveNext())
                return _breaks ? throw new IOException("cut") : 0;
            _piece = _pieces.Current;
        }
        var count = Math.Min(Math.Min(_piece.Length, buffer.Length), _mostAtOnce);
        _piece[..count].CopyTo(buffer);
        _piece = _piece[count..];
        Given += count;
        return count;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return --_writesLeft < 0 ? throw new IOException("cut") : default;
    }

    protected override void Dispose(bool disposing)
    {
        _isDisposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>Frames of RFC 6455, right ones and wrong ones.</summary>
internal static class Frames
{
    public const int Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9;

    private static readonly long[] Sizes = [long.MinValue, long.MaxValue, 1L << 31, 1 << 20];

    private static readonly string[] Statuses =
    [
        """{"kind":"Status","status":"Success"}""",
        """{"status":"Failure","reason":"NonZeroExitCode","message":"m","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""",
        """{"status":"Failure","reason":"Forbidden","message":"pods \"x\" is forbidden: User \"u\" cannot get resource \"pods\""}""",
        """{"status":"Failure","message":"exec: \"sh\": executable file not found in $PATH"}""",
        """{"status":"Failure","details":{"causes":[null]}}""",
        """{"status":"Failure","details":{"causes":[{"reason":"ExitCode"}]}}""",
        """{"status":"Failure","message":null,"reason":null,"details":null}""",
        """{"status":"Failure","message":"\ud800\u0000\u001b[2J\n\u202e"}""",
        """{"status":7}""", "[]", "null", "\"text\"", "container not found", "{", "",
    ];

    /// <summary>One frame.</summary>
    public static byte[] Of(int opcode, ReadOnlySpan<byte> payload, bool isLast = true, bool isMasked = false, int reserved = 0,
        long? claimed = null)
    {
        var length = claimed ?? payload.Length;
        var mask = isMasked ? 0x80 : 0;
        List<byte> frame = [(byte)((isLast ? 0x80 : 0) | reserved << 4 | opcode)];
        var size = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(size, length);
        if (length is >= 0 and < 126)
            frame.Add((byte)(mask | (int)length));
        else if (length is >= 0 and <= ushort.MaxValue)
            frame.AddRange([(byte)(mask | 126), .. size[6..]]);
        else
            frame.AddRange([(byte)(mask | 127), .. size]);
        if (isMasked)
            frame.AddRange([0, 0, 0, 0]);
        frame.AddRange(payload);
        return [.. frame];
    }

    /// <summary>Bytes on a channel, in one frame.</summary>
    public static byte[] Message(byte channel, ReadOnlySpan<byte> bytes) => Of(Binary, (byte[])[channel, .. bytes]);

    /// <summary>What a peer might send, mostly right at first; half of the time damaged afterwards.</summary>
    public static byte[] Any(Random random)
    {
        List<byte> bytes = [];
        for (var count = random.Next(1, 12); count > 0; count--)
            bytes.AddRange(One(random));
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

    private static byte[] One(Random random) => random.Next(12) switch
    {
        0 => Of(Ping + random.Next(2), Noise(random, random.Next(8) == 0 ? 200 : 20), isLast: random.Next(8) != 0),
        1 => Of(Close, CloseReason(random)),
        2 => Of(random.Next(16), Noise(random, 30), random.Next(2) == 0, random.Next(2) == 0, random.Next(8)),
        3 => Of(Binary, Noise(random, 30), claimed: Sizes[random.Next(Sizes.Length)]),
        4 => Of(Text, Noise(random, 30)),
        5 => Of(Binary, []),
        6 => Message((byte)random.Next(4), new byte[random.Next(random.Next(10) == 0 ? 200_000 : 3_000)]),
        7 => Fragments(random, [(byte)random.Next(5), .. Noise(random, 300)]),
        8 => Fragments(random, [3, .. Encoding.UTF8.GetBytes(Statuses[random.Next(Statuses.Length)])]),
        9 => Message(3, Encoding.UTF8.GetBytes(Statuses[random.Next(Statuses.Length)])),
        10 => Message((byte)(random.Next(3) == 0 ? 255 : random.Next(256)), Noise(random, 10)),
        _ => Message((byte)random.Next(3), Noise(random, 100)),
    };

    private static byte[] Fragments(Random random, byte[] message)
    {
        List<byte> bytes = [];
        for (int at = 0, count; at < message.Length; at += count)
        {
            count = random.Next(1, message.Length - at + 1);
            bytes.AddRange(Of(at == 0 ? Binary : Continuation, message.AsSpan(at, count), at + count == message.Length));
            if (random.Next(4) == 0)
                bytes.AddRange(Of(random.Next(3) == 0 ? Continuation : Ping, []));
        }
        return [.. bytes];
    }

    private static byte[] CloseReason(Random random) => random.Next(5) switch
    {
        0 => [],
        1 => [3],
        2 => [3, 0xE8, 0xFF, 0xFE],
        3 => [(byte)random.Next(256), (byte)random.Next(256), .. Noise(random, 123)],
        _ => [3, 0xE8, .. "bye"u8],
    };

    private static byte[] Noise(Random random, int most)
    {
        var bytes = new byte[random.Next(most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }
}
