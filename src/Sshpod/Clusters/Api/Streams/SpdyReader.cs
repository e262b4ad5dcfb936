using System.Buffers.Binary;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// Takes a connection apart into frames. Whatever their length, only a small buffer is read ahead: bytes of a stream go to the caller in
/// pieces, and of a control frame all but its first number is skipped.
/// </summary>
/// <param name="connection">The connection; not owned.</param>
internal sealed class SpdyReader(Stream connection)
{
    // What is read of a control frame: the number of its stream or its ping.
    private const int NumberSize = 4;

    // From here on, bytes are received where the caller wants them, without a copy.
    private const int Direct = 4 * 1024;

    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _start, _end, _skip;

    /// <summary>How many bytes of the last frame with bytes have not been taken; they must be, or dropped, before the next frame.</summary>
    public int Left { get; private set; }

    /// <summary>Reads a control frame, or the start of a frame with bytes.</summary>
    /// <returns>The frame, and the first number of a control frame, 0 if it has none; null at the end of the connection.</returns>
    /// <exception cref="IOException">It ends elsewhere, or this is not SPDY.</exception>
    public async ValueTask<(SpdyFrame Frame, uint Number)?> ReadAsync(CancellationToken cancellation)
    {
        while (_skip > 0)
        {
            await FillAsync(1, cancellation);
            var skipped = Math.Min(_skip, _end - _start);
            _start += skipped;
            _skip -= skipped;
        }
        if (_start == _end && !await HasMoreAsync(cancellation))
            return null;
        await FillAsync(SpdyFrame.HeaderSize, cancellation);
        var frame = SpdyFrame.Parse(_buffer.AsSpan(_start));
        if (frame.Type == SpdyType.Data)
        {
            _start += SpdyFrame.HeaderSize;
            Left = frame.Length;
            return (frame, 0);
        }
        // Only now is anything taken: a cancelled call may be repeated.
        var known = Math.Min(frame.Length, NumberSize);
        await FillAsync(SpdyFrame.HeaderSize + known, cancellation);
        var number = known < NumberSize ? 0 : BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(_start + SpdyFrame.HeaderSize));
        _start += SpdyFrame.HeaderSize + known;
        _skip = frame.Length - known;
        return (frame, number);
    }

    /// <summary>Drops what is left of the last frame with bytes.</summary>
    public void Drop() => (_skip, Left) = (Left, 0);

    /// <summary>Takes bytes of the last frame with bytes.</summary>
    /// <returns>Their number; 0 when nothing is left.</returns>
    /// <exception cref="IOException">The connection ends before.</exception>
    public async ValueTask<int> TakeAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        var wanted = Math.Min(buffer.Length, Left);
        if (wanted == 0)
            return 0;
        int count;
        if (wanted >= Direct && _start == _end)
        {
            count = await connection.ReadAsync(buffer[..wanted], cancellation);
            if (count == 0)
                throw Cut();
        }
        else
        {
            await FillAsync(1, cancellation);
            count = Math.Min(wanted, _end - _start);
            _buffer.AsMemory(_start, count).CopyTo(buffer);
            _start += count;
        }
        Left -= count;
        return count;
    }

    private static IOException Cut() => new("the connection ended in the middle of a frame");

    /// <summary>Makes sure that so many bytes are buffered, a few at most.</summary>
    private async ValueTask FillAsync(int count, CancellationToken cancellation)
    {
        while (_end - _start < count)
            if (!await HasMoreAsync(cancellation))
                throw Cut();
    }

    /// <summary>Receives more, behind what is buffered.</summary>
    private async ValueTask<bool> HasMoreAsync(CancellationToken cancellation)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        var count = await connection.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += count;
        return count > 0;
    }
}
