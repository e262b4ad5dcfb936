namespace Sshpod.Tunnels.Resuming;

/// <summary>
/// Bytes of one direction between two positions. Its memory grows by doubling from 16 KiB, and can be freed while it is empty.
/// </summary>
/// <param name="capacity">The most bytes that it holds.</param>
internal sealed class ByteRing(int capacity)
{
    private const int Smallest = 16 * 1024;

    private byte[] _bytes = [];

    /// <summary>Position of the first byte that it holds.</summary>
    public long Start { get; private set; }

    /// <summary>Position behind the last one.</summary>
    public long End { get; private set; }

    /// <summary>How many it holds.</summary>
    public int Length => (int)(End - Start);

    /// <summary>The memory that it uses, in bytes.</summary>
    public int Allocated => _bytes.Length;

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="InvalidDataException">They do not fit.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > capacity - Length)
            throw new InvalidDataException($"{Length + bytes.Length} bytes in a window of {capacity}");
        Grow(Length + bytes.Length);
        Put(_bytes, End, bytes);
        End += bytes.Length;
    }

    /// <summary>Copies bytes that it holds.</summary>
    /// <param name="position">Position of the first.</param>
    /// <param name="to">Where they go.</param>
    /// <returns>How many: as many as fit and are there.</returns>
    public int Copy(long position, Span<byte> to)
    {
        var count = (int)Math.Min(to.Length, End - position);
        if (count == 0)
            return 0;
        var at = (int)(position & (_bytes.Length - 1));
        var first = Math.Min(count, _bytes.Length - at);
        _bytes.AsSpan(at, first).CopyTo(to);
        _bytes.AsSpan(0, count - first).CopyTo(to[first..]);
        return count;
    }

    /// <summary>Forgets the bytes before a position.</summary>
    /// <exception cref="InvalidDataException">It is not between start and end.</exception>
    public void Drop(long position) =>
        Start = position >= Start && position <= End ? position
            : throw new InvalidDataException($"position {position}, not in {Start} to {End}");

    /// <summary>Gives its memory back if it is empty.</summary>
    public void Free()
    {
        if (Length == 0)
            _bytes = [];
    }

    private void Grow(int needed)
    {
        if (needed <= _bytes.Length)
            return;
        var size = Math.Max(Smallest, _bytes.Length);
        while (size < needed)
            size *= 2;
        // Not cleared: only what was put there is read.
        var larger = GC.AllocateUninitializedArray<byte>(size);
        if (Length > 0)
        {
            var at = (int)(Start & (_bytes.Length - 1));
            var first = Math.Min(Length, _bytes.Length - at);
            Put(larger, Start, _bytes.AsSpan(at, first));
            Put(larger, Start + first, _bytes.AsSpan(0, Length - first));
        }
        _bytes = larger;
    }

    // The size is a power of two, so a position is its own place.
    private static void Put(byte[] ring, long position, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return;
        var at = (int)(position & (ring.Length - 1));
        var first = Math.Min(bytes.Length, ring.Length - at);
        bytes[..first].CopyTo(ring.AsSpan(at));
        bytes[first..].CopyTo(ring);
    }
}
