using System.Runtime.InteropServices;

namespace Sshpod.Machine;

/// <summary>The session of processes (POSIX) that a terminal sends its signals to.</summary>
public static partial class ProcessSession
{
    /// <summary>
    /// Leaves it: the connection may be shared with sessions in other terminals, and Ctrl-C or the closing of this one is not meant for
    /// them. ssh's own background process does the same, but not its ProxyCommand.
    /// </summary>
    public static void Leave()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetSid();
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int SetSid();
}
