using Microsoft.Win32.SafeHandles;

namespace Sshpod.Streams;

/// <summary>The pipes to and from ssh.</summary>
internal static class StandardPipes
{
    /// <summary>
    /// Reads what ssh sends, and writes to ssh. If ssh no longer reads, writing fails: .NET's console stream would ignore it.
    /// </summary>
    public static Duplex Open() => OperatingSystem.IsWindows()
        ? new StreamDuplex(Console.OpenStandardInput(), Console.OpenStandardOutput())
        : new StreamDuplex(Open(0, FileAccess.Read), Open(1, FileAccess.Write));

    private static FileStream Open(int file, FileAccess access) => new(new SafeFileHandle(file, ownsHandle: false), access, bufferSize: 0);
}
