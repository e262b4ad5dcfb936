using System.Globalization;
using System.Text;

namespace Sshpod.Server;

/// <summary>How the bytes of a bundle are separated from what follows them on the same stdin.</summary>
/// <param name="Command">Shell commands that print them.</param>
/// <param name="IsText">Whether they travel as lines of text, which the shell can read without another program.</param>
internal sealed record Upload(string Command, bool IsText = false)
{
    // A shell reads lines byte by byte and keeps them in memory: use short lines, but not one per byte.
    private const int BytesOfLine = 1024;

    /// <summary>What follows the bytes.</summary>
    public ReadOnlyMemory<byte> End => IsText ? ".\n"u8.ToArray() : Array.Empty<byte>();

    /// <summary>Chooses from what the container has.</summary>
    /// <param name="canCloseInput">Whether an EOF can be sent to mark the end.</param>
    /// <param name="tools">What the probe found for counting: <c>h</c> for head, <c>d</c> for dd.</param>
    /// <param name="size">The number of bytes.</param>
    public static Upload Choose(bool canCloseInput, string tools, long size)
    {
        if (canCloseInput)
            return new("cat");
        var count = size.ToString(CultureInfo.InvariantCulture);
        if (tools.Contains('h', StringComparison.Ordinal))
            return new($"head -c {count}");
        // One byte at a time: dd counts reads, however short they are.
        if (tools.Contains('d', StringComparison.Ordinal))
            return new($"dd ibs=1 obs=65536 count={count}");
        return new("while IFS= read -r x && [ \"$x\" != . ]; do printf %b \"$x\" || return; done", IsText: true);
    }

    /// <summary>Encodes bytes as they travel.</summary>
    public ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> bytes)
    {
        if (!IsText)
            return bytes;
        var text = new StringBuilder();
        foreach (var line in bytes.ToArray().Chunk(BytesOfLine))
        {
            foreach (var b in line)
                // What %b leaves as it is; the rest as octal digits. A dot alone would be the end.
                _ = b is > (byte)' ' and < 0x7f and not (byte)'\\' and not (byte)'.' ? text.Append((char)b)
                    : text.Append("\\0").Append(Convert.ToString(b, 8).PadLeft(3, '0'));
            text.Append('\n');
        }
        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
