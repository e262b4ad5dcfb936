using System.Buffers.Binary;
using System.Text;

namespace Sshpod.Ssh;

/// <summary>An ed25519 public key (RFC 8709) as OpenSSH writes it in a line: <c>ssh-ed25519 BASE64</c>, without a comment.</summary>
public sealed record PublicKey
{
    /// <summary>The only algorithm that client keys and host keys have.</summary>
    public const string Algorithm = "ssh-ed25519";

    private const int KeySize = 32;

    private readonly string _blob;

    private PublicKey(string blob) => _blob = blob;

    /// <summary>Parses a line of a <c>.pub</c> file, of authorized_keys without options, or of what the server reports.</summary>
    /// <returns>Null if it is no ed25519 public key: whoever wrote it, nothing but a key gets past here.</returns>
    public static PublicKey? Parse(string line)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length < 2 || words[0] != Algorithm)
            return null;
        // RFC 4253 section 6.6: two strings, each with its length before it.
        var expected = 4 + Algorithm.Length + 4 + KeySize;
        var blob = new byte[expected];
        if (!Convert.TryFromBase64String(words[1], blob, out var count) || count != expected
            || BinaryPrimitives.ReadInt32BigEndian(blob) != Algorithm.Length
            || Encoding.ASCII.GetString(blob, 4, Algorithm.Length) != Algorithm
            || BinaryPrimitives.ReadInt32BigEndian(blob.AsSpan(4 + Algorithm.Length)) != KeySize)
            return null;
        return new PublicKey(Convert.ToBase64String(blob));
    }

    /// <summary>The end of the key's base64: enough to tell keys apart, not to trust one.</summary>
    public string Tail => _blob[^16..];

    /// <summary>Algorithm and key, as known_hosts and authorized_keys hold them.</summary>
    public override string ToString() => $"{Algorithm} {_blob}";
}
