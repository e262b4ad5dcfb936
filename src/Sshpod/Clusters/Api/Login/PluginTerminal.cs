using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Login;

/// <summary>
/// The terminal on which a credential plugin may prompt. It is /dev/tty, as for ssh's own prompts, since our stdin is the ssh stream.
/// </summary>
internal static partial class PluginTerminal
{
    private const string Device = "/dev/tty";

    /// <summary>
    /// Whether there is one and the user can answer: we are in its foreground process group, and ssh is not in batch mode.
    /// </summary>
    /// <remarks>On Windows, a program with pipes cannot be given a terminal as well.</remarks>
    public static bool IsThere => !OperatingSystem.IsWindows() && SshParent.Current is not { IsBatch: true } && IsForeground();

    /// <summary>How to start a program with the terminal as its stdin: .NET can only give a child our own stdin or a pipe.</summary>
    /// <param name="program">Its absolute path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="withError">Whether the terminal is its stderr too, since ours is discarded: most programs prompt there.</param>
    public static (string File, IReadOnlyList<string> Arguments) Give(
        string program, IReadOnlyList<string> arguments, bool withError) =>
        ("/bin/sh", ["-c", $"exec \"$0\" \"$@\" <{Device}{(withError ? $" 2>{Device}" : "")}", program, .. arguments]);

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
