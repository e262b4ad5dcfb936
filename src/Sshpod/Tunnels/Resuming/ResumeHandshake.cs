using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sshpod.Tunnels.Resuming;

/// <summary>What a server grants a new connection.</summary>
/// <param name="Id">The connection's identifier.</param>
/// <param name="Key">The connection's key.</param>
/// <param name="Grace">How long it may be paused.</param>
/// <param name="Window">How many bytes the server takes without having handed them on.</param>
internal sealed record Welcome(byte[] Id, byte[] Key, TimeSpan Grace, int Window);

/// <summary>Why a server refuses.</summary>
internal enum Refusal : byte
{
    /// <summary>It has no such connection.</summary>
    Unknown = 1,

    /// <summary>The positions do not fit together.</summary>
    Position = 2,

    /// <summary>It has too many connections.</summary>
    Crowded = 3,
}

/// <summary>
/// The first message of each side, see sshd/overrides/resume.c. Every MAC is the beginning of an HMAC-SHA256 over a label and parts of
/// fixed length. The server's nonce makes each of our messages good for one attachment; ours does the same for its answers.
/// </summary>
internal static class ResumeHandshake
{
    /// <summary>Size of nonces, identifiers and MACs.</summary>
    public const int NonceSize = 16;

    /// <summary>The longest answer.</summary>
    public const int MaxAnswer = WelcomeSize;

    private const int NewSize = 75, ResumeSize = 99, WelcomeSize = 41, ResumedSize = 33, NoSize = 18;
    private const byte WelcomeByte = (byte)'W', ResumedByte = (byte)'S', NoByte = (byte)'N';

    private static readonly byte[] Label = Encoding.ASCII.GetBytes("sshpod-resume-1");

    /// <summary>How long an answer is that begins with this byte.</summary>
    /// <exception cref="InvalidDataException">None does.</exception>
    public static int LengthOfAnswer(byte first) => first switch
    {
        WelcomeByte => WelcomeSize,
        ResumedByte => ResumedSize,
        NoByte => NoSize,
        _ => throw new InvalidDataException($"an answer that begins with {first}"),
    };

    /// <summary>What stands for a client key.</summary>
    /// <param name="line">The key as the server has it: type, blank, base64.</param>
    public static byte[] Fingerprint(string line) => SHA256.HashData(Encoding.ASCII.GetBytes(line));

    /// <summary>The key of one connection.</summary>
    public static byte[] ConnectionKey(byte[] clientKey, ReadOnlySpan<byte> nonceS, ReadOnlySpan<byte> nonceC, ReadOnlySpan<byte> id) =>
        Digest(clientKey, "key", [.. nonceS, .. nonceC, .. id]);

    /// <summary>Asks for a new connection.</summary>
    public static byte[] New(
        byte[] clientKey, byte[] fingerprint, ReadOnlySpan<byte> nonceS, ReadOnlySpan<byte> nonceC, TimeSpan grace, int window)
    {
        var message = new byte[NewSize];
        (message[1], message[2]) = ((byte)'N', 1);
        fingerprint.CopyTo(message, 3);
        nonceC.CopyTo(message.AsSpan(35));
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(51), (uint)Math.Clamp(grace.TotalSeconds, 0, uint.MaxValue));
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(55), window);
        Mac(clientKey, "new", [.. nonceS, .. message.AsSpan(0, 59)]).CopyTo(message.AsSpan(59));
        return message;
    }

    /// <summary>Asks to go on with a connection.</summary>
    public static byte[] Resume(byte[] key, ReadOnlySpan<byte> id, byte[] fingerprint, ReadOnlySpan<byte> nonceS,
        ReadOnlySpan<byte> nonceC, long received, long consumed)
    {
        var message = new byte[ResumeSize];
        (message[1], message[2]) = ((byte)'R', 1);
        id.CopyTo(message.AsSpan(3));
        fingerprint.CopyTo(message, 19);
        nonceC.CopyTo(message.AsSpan(51));
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(67), received);
        BinaryPrimitives.WriteInt64BigEndian(message.AsSpan(75), consumed);
        Mac(key, "resume", [.. nonceS, .. message.AsSpan(0, 83)]).CopyTo(message.AsSpan(83));
        return message;
    }

    /// <summary>Says that another connection, whose client is dead, is to end.</summary>
    /// <returns>The frame.</returns>
    public static byte[] Abandon(byte[] key, ReadOnlySpan<byte> nonceS, ReadOnlySpan<byte> id)
    {
        var frame = new byte[Frame.HeadSize + Frame.AbandonLength];
        Frame.WriteHead(frame, FrameType.Abandon, Frame.AbandonLength);
        id.CopyTo(frame.AsSpan(Frame.HeadSize));
        Mac(key, "abandon", [.. nonceS, .. id]).CopyTo(frame.AsSpan(Frame.HeadSize + NonceSize));
        return frame;
    }

    /// <summary>Reads the answer to NEW.</summary>
    /// <returns>Null if it is something else, or not from a server that knows our key.</returns>
    public static Welcome? ReadWelcome(
        ReadOnlySpan<byte> message, byte[] clientKey, ReadOnlySpan<byte> nonceS, ReadOnlySpan<byte> nonceC)
    {
        if (message[0] != WelcomeByte)
            return null;
        var id = message.Slice(1, NonceSize).ToArray();
        var key = ConnectionKey(clientKey, nonceS, nonceC, id);
        return !IsMac(key, "welcome", message[..25], message[25..]) ? null
            : new Welcome(id, key, TimeSpan.FromSeconds(BinaryPrimitives.ReadUInt32BigEndian(message[17..])),
                (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(message[21..]), int.MaxValue));
    }

    /// <summary>Reads the answer to RESUME: up to where the server has received, and has handed on.</summary>
    /// <returns>Null if it is something else, or not from a server that knows the connection's key.</returns>
    public static (long Received, long Consumed)? ReadResumed(
        ReadOnlySpan<byte> message, byte[] key, ReadOnlySpan<byte> nonceS, ReadOnlySpan<byte> nonceC) =>
        message[0] == ResumedByte && IsMac(key, "resumed", [.. nonceS, .. nonceC, .. message[..17]], message[17..])
            ? (BinaryPrimitives.ReadInt64BigEndian(message[1..]), BinaryPrimitives.ReadInt64BigEndian(message[9..])) : null;

    /// <summary>Reads a refusal.</summary>
    /// <param name="message">The answer.</param>
    /// <param name="clientKey">What the server and this client know.</param>
    /// <param name="nonceS">The server's nonce.</param>
    /// <param name="nonceC">Our nonce.</param>
    /// <param name="id">Which connection was asked for; null for a new one.</param>
    /// <returns>Null if it is something else, or not from a server that knows our key.</returns>
    public static Refusal? ReadNo(
        ReadOnlySpan<byte> message, byte[] clientKey, ReadOnlySpan<byte> nonceS, ReadOnlySpan<byte> nonceC, byte[]? id) =>
        message[0] == NoByte
        && IsMac(clientKey, "no", [.. nonceS, .. nonceC, .. id ?? new byte[NonceSize], message[1]], message[2..])
            ? (Refusal)message[1] : null;

    private static bool IsMac(byte[] key, string label, ReadOnlySpan<byte> parts, ReadOnlySpan<byte> mac) =>
        CryptographicOperations.FixedTimeEquals(Mac(key, label, parts), mac);

    private static ReadOnlySpan<byte> Mac(byte[] key, string label, ReadOnlySpan<byte> parts) =>
        Digest(key, label, parts).AsSpan(0, NonceSize);

    private static byte[] Digest(byte[] key, string label, ReadOnlySpan<byte> parts) =>
        HMACSHA256.HashData(key, (byte[])[.. Label, .. Encoding.ASCII.GetBytes(label), .. parts]);
}
