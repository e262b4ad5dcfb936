using Microsoft.Win32.SafeHandles;

namespace Sshpod.Tunnels;

/// <summary>The pipes to and from ssh.</summary>
internal static class StandardPipes
{
    /// <summary>What ssh sends.</summary>
    public static Stream OpenInput() => OperatingSystem.IsWindows() ? Console.OpenStandardInput() : Open(0, FileAccess.Read);

    /// <summary>What ssh gets. Where ssh no longer reads, writing fails: .NET's console stream would say nothing of it.</summary>
    public static Stream OpenOutput() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : Open(1, FileAccess.Write);

    private static FileStream Open(int file, FileAccess access) => new(new SafeFileHandle(file, ownsHandle: false), access, bufferSize: 0);
}
