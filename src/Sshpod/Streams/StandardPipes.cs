using Microsoft.Win32.SafeHandles;
using Sshpod.Terminal;

namespace Sshpod.Streams;

/// <summary>The pipes to and from ssh.</summary>
internal static class StandardPipes
{
    private const int StandardInput = 0, StandardOutput = 1;

    // Reading ssh's pipe holds a thread of .NET's pool while ssh says nothing, and where there is one processor, the pool has one: all else
    // would stand still until it makes another, up to a second later. (A pipe that does not block costs a third more CPU time.)
    private const int LeastThreads = 2;

    /// <summary>
    /// Reads what ssh sends, and writes to ssh. If ssh no longer reads, writing fails: .NET's console stream would ignore it.
    /// </summary>
    public static Duplex Open()
    {
        ThreadPool.GetMinThreads(out var threads, out var completions);
        ThreadPool.SetMinThreads(Math.Max(threads, LeastThreads), completions);
        return OperatingSystem.IsWindows()
            ? new StreamDuplex(Console.OpenStandardInput(), Console.OpenStandardOutput())
            : new StreamDuplex(Open(StandardInput, FileAccess.Read), Open(StandardOutput, FileAccess.Write));
    }

    /// <summary>
    /// Whether nobody is left to read what we write: ssh was killed. Our parent is no sign of that, since a shared connection outlives the
    /// ssh that started us. Not known on Windows.
    /// </summary>
    public static bool IsReaderGone() => !OperatingSystem.IsWindows() && IsReaderGone(StandardOutput);

    internal static bool IsReaderGone(int file) => Output.StateOf(file) == OutputState.Gone;

    private static FileStream Open(int file, FileAccess access) => new(new SafeFileHandle(file, ownsHandle: false), access, bufferSize: 0);
}
