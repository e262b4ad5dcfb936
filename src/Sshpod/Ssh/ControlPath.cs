using System.Text;
using Sshpod.Machine;

namespace Sshpod.Ssh;

/// <summary>Where ssh keeps the sockets of connections that it shares (its <c>ControlPath</c>).</summary>
public static class ControlPath
{
    // sun_path holds 104 bytes with its closing zero on macOS, 108 on Linux. ssh binds to the path with a dot and 16 characters after it.
    private const int SocketPathLimit = 103, Suffix = 17, Digest = 40;

    /// <summary>Where the sockets and the claims are; the user's alone.</summary>
    public static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "c");

    /// <summary>Why connections cannot be shared here; null when they can.</summary>
    /// <param name="program">Path of sshpod, which ssh asks.</param>
    internal static string? WhyNot(string program) => WhyNot(program, Directory);

    internal static string? WhyNot(string program, string directory)
    {
        var length = Encoding.UTF8.GetByteCount(directory) + 1 + Digest + Suffix;
        if (length > SocketPathLimit)
            return $"the path {directory} is {length - SocketPathLimit} bytes too long for a socket, and XDG_CACHE_HOME can be a shorter "
                + $"one";
        // Match exec stands in double quotes, in which versions of ssh differ about escapes.
        return program.IndexOfAny(['\'', '"', '\\']) >= 0 ? $"the path {program} has a quote or a backslash" : null;
    }
}
