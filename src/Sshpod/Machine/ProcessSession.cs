using System.Runtime.InteropServices;

namespace Sshpod.Machine;

/// <summary>The POSIX session of processes, to which a terminal sends its signals.</summary>
public static partial class ProcessSession
{
    /// <summary>
    /// Leaves it: the connection may be shared with sessions in other terminals, and Ctrl-C in this one, or closing it, must not end them.
    /// ssh's own background process does the same, but only for itself.
    /// </summary>
    public static void Leave()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetSid();
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSid();
}
