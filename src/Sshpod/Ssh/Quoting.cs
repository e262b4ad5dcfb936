using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// Writes paths in ssh's configuration so that every client that reads it, and the shell after it, leave them as they are. Most paths need
/// no quotes and get none. Others get double quotes, the only ones known to editors that split a ProxyCommand themselves.
/// </summary>
public static class Quoting
{
    /// <summary>A path as the argument of an option.</summary>
    /// <remarks>
    /// ssh_config(5): arguments with spaces go in double quotes, older versions have no escape for a double quote, and %% is a percent
    /// sign. A backslash may be read as an escape: Windows accepts a slash too.
    /// </remarks>
    /// <param name="path">The path.</param>
    /// <param name="kind">Which ssh reads it.</param>
    /// <param name="tokens">What follows it, with tokens that ssh expands.</param>
    /// <exception cref="SshpodException">The path has a double quote.</exception>
    public static string Option(string path, ClientKind kind, string tokens = "") => path.Contains('"')
        ? throw new SshpodException($"the path {path} has a double quote, which ssh's configuration cannot hold",
            "set XDG_CACHE_HOME and XDG_CONFIG_HOME to other directories")
        : InQuotes(Percent(Slashes(path, kind)) + tokens);

    /// <summary>
    /// The path of a file to include. It is a pattern, so a question mark can replace a percent sign, which only OpenSSH 9.9 expands.
    /// </summary>
    /// <exception cref="SshpodException">The path has a double quote.</exception>
    public static string Include(string path, ClientKind kind) => Option(path.Replace('%', '?'), kind);

    /// <summary>The path of a program as the first word of a ProxyCommand, which is the rest of its line, verbatim.</summary>
    public static string Program(string path, ClientKind kind)
    {
        var text = Percent(Slashes(path, kind));
        return InQuotes(kind is ClientKind.Windows ? text
            : string.Concat(text.Select(c => c is '$' or '`' or '"' or '\\' ? $"\\{c}" : $"{c}")));
    }

    /// <summary>The path of a program in the command of a <c>Match exec</c>, which is itself in double quotes.</summary>
    internal static string Inner(string path, ClientKind kind) =>
        Program(path, kind) is var text && text[0] == '"' ? $"'{Percent(path)}'" : text;

    private static string InQuotes(string text) => text.All(IsPlain) ? text : $"\"{text}\"";

    // Letters of all scripts: no client and no shell interprets them. No path here begins with a tilde.
    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || c is '/' or '.' or '_' or '-' or '+' or ':' or '@' or ',' or '%';

    private static string Slashes(string path, ClientKind kind) =>
        kind is ClientKind.Windows or ClientKind.GitBash ? path.Replace('\\', '/') : path;

    // ssh expands its percent signs before the shell sees the line.
    private static string Percent(string path) => path.Replace("%", "%%", StringComparison.Ordinal);
}
