using System.Runtime.InteropServices;

namespace Sshpod.Terminal;

/// <summary>What somebody who writes to a pipe or to a terminal has to expect; from poll(2).</summary>
internal enum OutputState
{
    /// <summary>It takes some bytes at once; or the system does not know.</summary>
    Ready,

    /// <summary>Writing would wait: the other side does not read, or the user has stopped the terminal with Ctrl-S.</summary>
    Full,

    /// <summary>Nobody is left to read.</summary>
    Gone,
}

/// <summary>Asks for the state of an output. Not for Windows.</summary>
internal static partial class Output
{
    // Linux says the one of a pipe that nobody reads, and macOS the other if asked whether it can be written.
    private const short CanWrite = 0x4, Error = 0x8, HangUp = 0x10;

    /// <summary>The state of a file descriptor now.</summary>
    public static OutputState StateOf(int file)
    {
        var output = new Polled { File = file, Wanted = CanWrite };
        return Poll(ref output, 1, 0) switch
        {
            0 => OutputState.Full,
            > 0 when (output.Found & (Error | HangUp)) != 0 => OutputState.Gone,
            _ => OutputState.Ready,
        };
    }

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
