using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Sshpod.Streams;

/// <summary>The pipes to and from ssh.</summary>
internal static partial class StandardPipes
{
    private const int Input = 0, Output = 1;

    // Reading ssh's pipe holds a thread of .NET's pool while ssh says nothing, and where there is one processor, the pool has one: all else
    // would stand still until it makes another, up to a second later. (A pipe that does not block costs a third more CPU time.)
    private const int LeastThreads = 2;

    // Of poll(2). Linux says the one of a pipe that nobody reads, and macOS the other if asked whether it can be written.
    private const short CanWrite = 0x4, Error = 0x8, HangUp = 0x10;

    /// <summary>
    /// Reads what ssh sends, and writes to ssh. If ssh no longer reads, writing fails: .NET's console stream would ignore it.
    /// </summary>
    public static Duplex Open()
    {
        ThreadPool.GetMinThreads(out var threads, out var completions);
        ThreadPool.SetMinThreads(Math.Max(threads, LeastThreads), completions);
        return OperatingSystem.IsWindows()
            ? new StreamDuplex(Console.OpenStandardInput(), Console.OpenStandardOutput())
            : new StreamDuplex(Open(Input, FileAccess.Read), Open(Output, FileAccess.Write));
    }

    /// <summary>
    /// Whether nobody is left to read what we write: ssh was killed. Our parent is no sign of that, since a shared connection outlives the
    /// ssh that started us. Not known on Windows.
    /// </summary>
    public static bool IsReaderGone() => !OperatingSystem.IsWindows() && IsReaderGone(Output);

    internal static bool IsReaderGone(int file)
    {
        var output = new Polled { File = file, Wanted = CanWrite };
        return Poll(ref output, 1, 0) > 0 && (output.Found & (Error | HangUp)) != 0;
    }

    private static FileStream Open(int file, FileAccess access) => new(new SafeFileHandle(file, ownsHandle: false), access, bufferSize: 0);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Polled file, nuint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int File;
        public short Wanted, Found;
    }
}
