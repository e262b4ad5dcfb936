using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>How paths are written in ssh's configuration so that ssh, and the shell after it, leave them as they are.</summary>
public static class Quoting
{
    /// <summary>A path as the argument of an option.</summary>
    /// <remarks>
    /// ssh_config(5): arguments with spaces stand in double quotes, for a double quote there is no escape in older versions, and %% is a percent
    /// sign. A backslash may be taken for an escape: Windows takes a slash as well.
    /// </remarks>
    /// <exception cref="SshpodException">It has a double quote.</exception>
    public static string Option(string path, ClientKind kind) => path.Contains('"')
        ? throw new SshpodException($"the path {path} has a double quote, which ssh's configuration cannot hold", "set XDG_CACHE_HOME and XDG_CONFIG_HOME to others")
        : $"\"{Percent(Slashes(path, kind))}\"";

    /// <summary>The path of a program as the first word of a ProxyCommand, which is the rest of its line as it stands.</summary>
    public static string Program(string path, ClientKind kind) => kind switch
    {
        ClientKind.Unix or ClientKind.Wsl => $"'{Percent(path).Replace("'", @"'\''", StringComparison.Ordinal)}'",
        // Double quotes are the only ones that both Windows and bash know; between them bash leaves a backslash alone, unless one more,
        // a dollar or a backquote follows.
        ClientKind.Windows => $"\"{Percent(path.StartsWith(@"\\", StringComparison.Ordinal) ? Slashes(path, kind) : path)}\"",
        _ => $"\"{Percent(Slashes(path, kind)).Replace("$", @"\$", StringComparison.Ordinal).Replace("`", @"\`", StringComparison.Ordinal)}\"",
    };

    private static string Slashes(string path, ClientKind kind) => kind is ClientKind.Windows or ClientKind.GitBash ? path.Replace('\\', '/') : path;

    // ssh expands its percent signs before the shell sees the line.
    private static string Percent(string path) => path.Replace("%", "%%", StringComparison.Ordinal);
}
