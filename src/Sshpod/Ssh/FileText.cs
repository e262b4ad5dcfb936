using System.Text;

namespace Sshpod.Ssh;

/// <summary>
/// The content of a text file, or a part of it. It is kept as bytes, and decoded only to be shown or searched for words: what is not UTF-8
/// stays as it is.
/// </summary>
/// <param name="Bytes">The bytes.</param>
public sealed record FileText(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>No bytes.</summary>
    public static readonly FileText Empty = new(ReadOnlyMemory<byte>.Empty);

    private static ReadOnlySpan<byte> Blanks => " \t\r\n\v\f"u8;

    /// <summary>Text as UTF-8.</summary>
    public static FileText Of(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>One after another; null is none.</summary>
    public static FileText Concat(params IEnumerable<FileText?> parts)
    {
        using var whole = new MemoryStream();
        foreach (var part in parts.OfType<FileText>())
            whole.Write(part.Bytes.Span);
        return new(whole.ToArray());
    }

    /// <summary>Whether it has no bytes.</summary>
    public bool IsEmpty => Bytes.IsEmpty;

    /// <summary>The lines, each with its line ending. What follows the last line feed is a line only if it is not empty.</summary>
    public List<FileText> Lines
    {
        get
        {
            List<FileText> lines = [];
            for (var rest = Bytes; !rest.IsEmpty; rest = rest[lines[^1].Bytes.Length..])
                lines.Add(new(rest.Span.IndexOf((byte)'\n') is >= 0 and var end ? rest[..(end + 1)] : rest));
            return lines;
        }
    }

    /// <summary>Without the blanks of ASCII at both ends.</summary>
    public FileText Trim() => new(Bytes.Trim(Blanks));

    /// <summary>Whether it begins with these bytes.</summary>
    public bool StartsWith(ReadOnlySpan<byte> start) => Bytes.Span.StartsWith(start);

    /// <summary>Whether it ends with these bytes.</summary>
    public bool EndsWith(ReadOnlySpan<byte> end) => Bytes.Span.EndsWith(end);

    /// <summary>Whether the bytes are the same.</summary>
    public bool Equals(FileText? other) => other is not null && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <summary>The text, to be read: bytes that are not UTF-8 are replaced.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}
