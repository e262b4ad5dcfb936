using System.Security.Cryptography;
using System.Text;

namespace Sshpod.Ssh;

/// <summary>The host name that ssh was given.</summary>
/// <param name="Text">As it was typed (ssh's <c>%n</c>): the names of contexts in it are case-sensitive.</param>
public sealed record GivenHost(string Text)
{
    /// <summary>As ssh looks it up in known_hosts, and hashes it into the <c>%C</c> of a ControlPath: in lower case.</summary>
    public string Folded { get; } = Text.ToLowerInvariant();

    /// <summary>A name for files about it, in hexadecimal: sockets have short paths.</summary>
    public string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Folded)))[..16];

    /// <inheritdoc/>
    public override string ToString() => Text;
}
