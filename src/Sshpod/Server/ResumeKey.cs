using System.Security.Cryptography;

namespace Sshpod.Server;

/// <summary>
/// What the servers in a container and this client alone know: the container derives it from a secret of its own and the client's key, and
/// says it over an exec. Each connection has a key of its own, derived from this one.
/// </summary>
/// <param name="bytes">The key.</param>
public sealed class ResumeKey(byte[] bytes) : IEquatable<ResumeKey>
{
    private const int Size = 32;

    /// <summary>The key.</summary>
    internal byte[] Bytes => bytes;

    /// <summary>Parses what the container says.</summary>
    /// <returns>Null if it is not a key.</returns>
    public static ResumeKey? Parse(string text)
    {
        var bytes = new byte[Size];
        return text.Length == 44 && Convert.TryFromBase64String(text, bytes, out var count) && count == Size ? new ResumeKey(bytes) : null;
    }

    /// <summary>Whether it is the same key: a server that is remembered as it is need not be written again.</summary>
    public bool Equals(ResumeKey? other) => other is not null && CryptographicOperations.FixedTimeEquals(bytes, other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ResumeKey);

    /// <summary>Says nothing about the key.</summary>
    public override int GetHashCode() => Size;

    /// <summary>Never the key: this may get into a log.</summary>
    public override string ToString() => "resume key";
}
