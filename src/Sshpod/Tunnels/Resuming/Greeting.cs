using System.Text;

namespace Sshpod.Tunnels.Resuming;

/// <summary>
/// What a server says first: a line of its own with a nonce, which RFC 4253 section 4.2 allows, and its identification string. Without the
/// line it serves ssh as it is.
/// </summary>
/// <param name="Nonce">The server's nonce; null if the connection cannot be resumed.</param>
/// <param name="Banner">Where the identification string is, without its line ending.</param>
/// <param name="End">Where it ends, with its line ending.</param>
internal sealed record Greeting(byte[]? Nonce, Range Banner, int End)
{
    /// <summary>The longest greeting: RFC 4253 section 4.2 limits a line to 255 bytes.</summary>
    public const int MaxSize = 255 + 64;

    // NONCE is base64 without padding.
    private const int NonceText = 22;

    private static readonly byte[] BannerStart = Encoding.ASCII.GetBytes("SSH-2.0-");
    private static readonly byte[] ResumeStart = Encoding.ASCII.GetBytes("sshpod-resume 1 ");

    /// <summary>Reads as much of a greeting as has come.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="greeting">The greeting, if it is whole.</param>
    /// <returns>Whether it is one so far.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Greeting? greeting)
    {
        greeting = null;
        byte[]? nonce = null;
        var start = 0;
        if (Begins(bytes, ResumeStart))
        {
            start = bytes.IndexOf((byte)'\n') + 1;
            if (start == 0)
                return bytes.Length < MaxSize;
            nonce = Nonce(bytes[ResumeStart.Length..start].TrimEnd("\r\n"u8));
            if (nonce is null)
                return false;
        }
        if (!Begins(bytes[start..], BannerStart))
            return false;
        var length = bytes[start..].IndexOf((byte)'\n') + 1;
        if (length == 0)
            return bytes.Length < MaxSize;
        var banner = bytes.Slice(start, length).TrimEnd("\r\n"u8).Length;
        greeting = new Greeting(nonce, start..(start + banner), start + length);
        return true;

        static byte[]? Nonce(ReadOnlySpan<byte> text) => text.Length == NonceText
            && new byte[ResumeHandshake.NonceSize] is var nonce
            && Convert.TryFromBase64String($"{Encoding.ASCII.GetString(text)}==", nonce, out var count) && count == nonce.Length
                ? nonce : null;
    }

    private static bool Begins(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> with) =>
        with[..Math.Min(bytes.Length, with.Length)].SequenceEqual(bytes[..Math.Min(bytes.Length, with.Length)]);
}
