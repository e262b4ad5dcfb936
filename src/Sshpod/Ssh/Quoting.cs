using Sshpod.Terminal;

namespace Sshpod.Ssh;

/// <summary>
/// How paths are written in ssh's configuration so that every client that reads it, and the
/// shell after it, leave them as they are. Most paths need no quotes, and get none; others get
/// double ones, which are the only ones that editors know which split a ProxyCommand themselves.
/// </summary>
public static class Quoting
{
    /// <summary>A path as the argument of an option.</summary>
    /// <remarks>
    /// ssh_config(5): arguments with spaces stand in double quotes, for a double quote there is no escape in older versions, and %% is a
    /// percent sign. A backslash may be taken for an escape: Windows takes a slash as well.
    /// </remarks>
    /// <param name="path">The path.</param>
    /// <param name="kind">Which ssh reads it.</param>
    /// <param name="tokens">What follows it, with tokens that ssh expands.</param>
    /// <exception cref="SshpodException">It has a double quote.</exception>
    public static string Option(string path, ClientKind kind, string tokens = "") => path.Contains('"')
        ? throw new SshpodException($"the path {path} has a double quote, which ssh's configuration cannot hold",
            "set XDG_CACHE_HOME and XDG_CONFIG_HOME to others")
        : InQuotes(Percent(Slashes(path, kind)) + tokens);

    /// <summary>
    /// The path of a file to include. It is a pattern, in which a question mark stands for a percent sign: only OpenSSH 9.9 expands that.
    /// </summary>
    /// <exception cref="SshpodException">It has a double quote.</exception>
    public static string Include(string path, ClientKind kind) => Option(path.Replace('%', '?'), kind);

    /// <summary>The path of a program as the first word of a ProxyCommand, which is the rest of its line as it stands.</summary>
    public static string Program(string path, ClientKind kind)
    {
        var text = Percent(Slashes(path, kind));
        return InQuotes(kind is ClientKind.Windows ? text
            : string.Concat(text.Select(c => c is '$' or '`' or '"' or '\\' ? $"\\{c}" : $"{c}")));
    }

    /// <summary>The path of a program in the command of a <c>Match exec</c>, which stands in double quotes itself.</summary>
    internal static string Inner(string path, ClientKind kind) =>
        Program(path, kind) is var text && text[0] == '"' ? $"'{Percent(path)}'" : text;

    private static string InQuotes(string text) => text.All(IsPlain) ? text : $"\"{text}\"";

    // Letters of all scripts: no client and no shell acts on them. A tilde stands at the beginning of no path here.
    private static bool IsPlain(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c)
        || c is '/' or '.' or '_' or '-' or '+' or ':' or '@' or ',' or '%';

    private static string Slashes(string path, ClientKind kind) =>
        kind is ClientKind.Windows or ClientKind.GitBash ? path.Replace('\\', '/') : path;

    // ssh expands its percent signs before the shell sees the line.
    private static string Percent(string path) => path.Replace("%", "%%", StringComparison.Ordinal);
}
