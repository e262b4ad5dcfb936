namespace Sshpod.Ssh;

/// <summary>Which ssh reads the configuration and runs its commands; decides how paths are written.</summary>
public enum ClientKind
{
    /// <summary>OpenSSH on Linux and macOS, and in WSL with an sshpod of its own: commands go through the user's shell.</summary>
    Unix,

    /// <summary>
    /// OpenSSH for Windows, which runs the command itself. Git's ssh reads the same file and passes the command to bash, so it must work
    /// there too.
    /// </summary>
    Windows,

    /// <summary>The ssh of Git for Windows, configured from Git Bash: bash runs the command.</summary>
    GitBash,

    /// <summary>The ssh of a Linux in WSL that runs the sshpod.exe of Windows under /mnt.</summary>
    Wsl,
}

/// <summary>Tells where sshpod runs.</summary>
public static class ClientKinds
{
    /// <summary>The kind of this machine. Git Bash sets <c>MSYSTEM</c> for everything it starts.</summary>
    public static ClientKind Current { get; } =
        !OperatingSystem.IsWindows() ? ClientKind.Unix
        : Environment.GetEnvironmentVariable("MSYSTEM") is { Length: > 0 } ? ClientKind.GitBash
        : ClientKind.Windows;

    /// <summary>Whether its ssh can share connections: OpenSSH for Windows and Git's ssh have no Unix sockets for it.</summary>
    public static bool CanShare(this ClientKind kind) => kind is ClientKind.Unix or ClientKind.Wsl;
}
