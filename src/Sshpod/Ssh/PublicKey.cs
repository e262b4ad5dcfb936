using System.Buffers.Binary;
using System.Text;

namespace Sshpod.Ssh;

/// <summary>
/// An ed25519 public key as OpenSSH writes it in a line, without a comment: <c>ssh-ed25519 BASE64</c> (RFC 8709), or for a FIDO token
/// <c>sk-ssh-ed25519@openssh.com BASE64</c> (OpenSSH PROTOCOL.u2f).
/// </summary>
public sealed record PublicKey
{
    /// <summary>The only algorithm of host keys, and of client keys that sshpod generates.</summary>
    public const string Algorithm = "ssh-ed25519";

    /// <summary>The algorithm of keys on a FIDO token, with which users can log in too.</summary>
    public const string TokenAlgorithm = "sk-ssh-ed25519@openssh.com";

    // The application of a key on a token is a name such as "ssh:".
    private const int KeySize = 32, MaxApplication = 255;

    private readonly string _algorithm, _blob;

    private PublicKey(string algorithm, string blob) => (_algorithm, _blob) = (algorithm, blob);

    /// <summary>Parses a line of a <c>.pub</c> file, of authorized_keys without options, or of the server's report.</summary>
    /// <returns>Null if it is not an ed25519 public key: whatever its source, only a key gets past here.</returns>
    public static PublicKey? Parse(string line) => Parse(line, Algorithm);

    /// <summary>Parses the key of a user, which may be on a FIDO token.</summary>
    /// <returns>Null if it is not a key, or has another algorithm.</returns>
    public static PublicKey? ParseLogin(string line) => Parse(line, Algorithm) ?? Parse(line, TokenAlgorithm);

    private static PublicKey? Parse(string line, string algorithm)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length < 2 || words[0] != algorithm || words[1].Length > 1024)
            return null;
        var buffer = new byte[words[1].Length];
        if (!Convert.TryFromBase64String(words[1], buffer, out var count))
            return null;
        var rest = (ReadOnlySpan<byte>)buffer.AsSpan(0, count);
        // RFC 4253 section 6.6: strings, each preceded by its length.
        return TakeString(ref rest) is { } name && Encoding.ASCII.GetString(name) == algorithm
            && TakeString(ref rest) is { Length: KeySize }
            && (algorithm == Algorithm || TakeString(ref rest) is { Length: > 0 and <= MaxApplication })
            && rest.IsEmpty
                ? new PublicKey(algorithm, Convert.ToBase64String(buffer, 0, count)) : null;
    }

    private static byte[]? TakeString(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 4 || BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length > rest.Length - 4)
            return null;
        var value = rest.Slice(4, (int)length).ToArray();
        rest = rest[(4 + (int)length)..];
        return value;
    }

    /// <summary>Whether this blob, in the form of ssh's packets, is this key.</summary>
    public bool IsBlob(ReadOnlySpan<byte> blob) => Convert.FromBase64String(_blob).AsSpan().SequenceEqual(blob);

    /// <summary>The end of the key's base64: enough to tell keys apart, not to trust one.</summary>
    public string Tail => _blob[^16..];

    /// <summary>Algorithm and key, as in known_hosts and authorized_keys.</summary>
    public override string ToString() => $"{_algorithm} {_blob}";
}
