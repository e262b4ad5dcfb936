using System.Text;
using Sshpod.Machine;

namespace Sshpod.Ssh;

/// <summary>Where ssh keeps the sockets of connections that it shares (its <c>ControlPath</c>).</summary>
public static class ControlPath
{
    // sun_path holds 104 bytes on macOS and 108 on Linux, with the final zero. ssh binds to the path plus a dot and 16 characters.
    private const int SocketPathLimit = 103, Suffix = 17, Digest = 40;

    /// <summary>The directory of the sockets and the claims, private to the user.</summary>
    public static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "c");

    /// <summary>Why connections cannot be shared here; null if they can.</summary>
    /// <param name="program">Path of sshpod, which ssh asks.</param>
    internal static string? WhyNot(string program) => WhyNot(program, Directory);

    internal static string? WhyNot(string program, string directory)
    {
        var length = Encoding.UTF8.GetByteCount(directory) + 1 + Digest + Suffix;
        if (length > SocketPathLimit)
            return $"the path {directory} is {length - SocketPathLimit} bytes too long for a socket: set XDG_CACHE_HOME to a shorter "
                + $"path";
        // The command of Match exec is in double quotes, where versions of ssh differ about escapes.
        return program.IndexOfAny(['\'', '"', '\\']) >= 0 ? $"the path {program} has a quote or a backslash" : null;
    }
}
