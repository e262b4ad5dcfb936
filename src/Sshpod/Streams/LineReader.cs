using System.Text;

namespace Sshpod.Streams;

/// <summary>A duplex whose peer sends lines first. After the last line that was read, the bytes follow as they arrive.</summary>
/// <param name="inner">The duplex; owned.</param>
public sealed class LineReader(Duplex inner) : LayeredDuplex(inner)
{
    /// <summary>The longest line in bytes. Longer ones are an error, so that a peer cannot make us buffer without bound.</summary>
    public const int MaxLine = 8 * 1024;

    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _start, _end;

    /// <summary>Reads up to the next line feed.</summary>
    /// <returns>The line without its line ending; null at the end of the stream, even after an unfinished line.</returns>
    /// <exception cref="InvalidDataException">The line is longer than <see cref="MaxLine"/>.</exception>
    public async ValueTask<string?> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new List<byte>();
        while (true)
        {
            if (_start == _end && !await FillAsync(cancellation))
                return null;
            var rest = _buffer.AsMemory(_start, _end - _start);
            var length = rest.Span.IndexOf((byte)'\n');
            line.AddRange(rest.Span[..(length < 0 ? rest.Length : length)]);
            _start += length < 0 ? rest.Length : length + 1;
            if (line.Count > MaxLine)
                throw new InvalidDataException($"a line of more than {MaxLine} bytes");
            if (length >= 0)
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_start == _end)
            return await Inner.ReadAsync(buffer, cancellation);
        var count = Math.Min(buffer.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        _start = 0;
        _end = await Inner.ReadAsync(_buffer, cancellation);
        return _end > 0;
    }
}
