using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Login;

/// <summary>
/// The terminal on which a credential plugin may ask. It is not our stdin, which is the ssh stream: ssh asks for passwords on /dev/tty too.
/// </summary>
internal static partial class PluginTerminal
{
    private const string Device = "/dev/tty";

    /// <summary>Whether there is one, and somebody who reads it: we are in its foreground, and ssh was not told to ask nothing.</summary>
    /// <remarks>On Windows there is none that a program could be given beside its pipes.</remarks>
    public static bool IsThere => !OperatingSystem.IsWindows() && SshParent.Current is not { IsBatch: true } && IsForeground();

    /// <summary>How a program is started with it as its stdin: .NET can give a child our own or a pipe.</summary>
    /// <param name="program">Its absolute path.</param>
    /// <param name="arguments">Its arguments.</param>
    public static (string File, IReadOnlyList<string> Arguments) Give(string program, IReadOnlyList<string> arguments) =>
        ("/bin/sh", ["-c", $"exec \"$0\" \"$@\" <{Device}", program, .. arguments]);

    private static bool IsForeground()
    {
        try
        {
            using var terminal = File.OpenHandle(Device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return ForegroundGroup(terminal) == OwnGroup();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();
}
