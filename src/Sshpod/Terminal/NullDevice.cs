using System.Runtime.InteropServices;

namespace Sshpod.Terminal;

/// <summary><c>/dev/null</c>. macOS has no /proc that would tell where a descriptor leads.</summary>
internal static partial class NullDevice
{
    private const int StandardError = 2;

    // struct FileStatus of .NET's native library (pal_io.h), the same on every system and processor: flags, mode, and more.
    private const int StatusSize = 256, DeviceAt = 88, FileAt = 104;

    /// <summary>Whether what we write to stderr is lost there.</summary>
    public static bool IsStandardError
    {
        get
        {
            Span<byte> error = stackalloc byte[StatusSize], device = stackalloc byte[StatusSize];
            return FStat(StandardError, ref MemoryMarshal.GetReference(error)) == 0
                && Stat("/dev/null", ref MemoryMarshal.GetReference(device)) == 0
                && Identity(error) == Identity(device);
        }
    }

    private static (long Device, long File) Identity(ReadOnlySpan<byte> status) =>
        (MemoryMarshal.Read<long>(status[DeviceAt..]), MemoryMarshal.Read<long>(status[FileAt..]));

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_FStat")]
    private static partial int FStat(nint file, ref byte status);

    [LibraryImport("libSystem.Native", EntryPoint = "SystemNative_Stat", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(string path, ref byte status);
}
