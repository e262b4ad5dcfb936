using System.Text;

namespace Sshpod.Streams;

/// <summary>Reads lines, and then raw bytes, from a stream that somebody else writes: a line has a limit, and nothing is read past it twice.</summary>
/// <param name="stream">The stream; the reader does not own it.</param>
public sealed class LineReader(Stream stream)
{
    /// <summary>Bytes of the longest line; a longer one is an error and not a memory.</summary>
    public const int MaxLine = 8 * 1024;

    private readonly byte[] _buffer = new byte[32 * 1024];
    private int _start, _end;

    /// <summary>Reads up to the next line feed.</summary>
    /// <returns>The line without its end; null at the end of the stream, an unfinished last line included.</returns>
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

    /// <summary>Reads bytes that follow the last line.</summary>
    /// <returns>How many; 0 at the end of the stream.</returns>
    public async ValueTask<int> ReadAsync(Memory<byte> target, CancellationToken cancellation)
    {
        if (_start == _end)
            return await stream.ReadAsync(target, cancellation);
        var count = Math.Min(target.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(target);
        _start += count;
        return count;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        _start = 0;
        _end = await stream.ReadAsync(_buffer, cancellation);
        return _end > 0;
    }
}
