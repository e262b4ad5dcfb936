using System.Text;

namespace Sshpod.Ssh;

/// <summary>
/// Variables that ssh sends although the user did not ask: Debian, Ubuntu, Fedora and macOS have a <c>SendEnv</c> for the locale in their
/// ssh_config. They do not override the container's own; a <c>SetEnv</c> of the user's does. The server cannot tell them apart, so before
/// ssh's first byte we tell it what is in ssh's environment, which is also ours. sshd/overrides/unasked.c is the other end.
/// </summary>
public static class UnaskedVariables
{
    // locale(7). Debian sends LC_*, so users pass values of their own under names such as LC_TICKET, which still works.
    private static readonly string[] OfLocale =
    [
        "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "LC_ADDRESS",
        "LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_NAME", "LC_PAPER", "LC_TELEPHONE",
    ];

    // Debian since 13, and Fedora.
    private static readonly string[] Others = ["COLORTERM", "NO_COLOR", "XMODIFIERS"];

    // The server accepts no line longer than 8192 bytes.
    private const int LongestValue = 128;

    /// <summary>The line for the server, with its line ending; empty if there is nothing to send.</summary>
    /// <param name="variable">Returns the value of a variable in ssh's environment; null if it is not set.</param>
    public static ReadOnlyMemory<byte> Line(Func<string, string?> variable) =>
        string.Concat(Words(OfLocale.Concat(Others), variable)) is { Length: > 0 } words
            ? Encoding.ASCII.GetBytes($"sshpod-unasked{words}\n") : default;

    /// <summary>
    /// The locale of this process. What a connection has told the server applies to all its sessions, so those with another locale do not
    /// share it.
    /// </summary>
    internal static string Locale => string.Concat(Words(OfLocale, Environment.GetEnvironmentVariable));

    // No system's locale has a value that does not fit into a word: such a value counts as sent on purpose.
    private static IEnumerable<string> Words(IEnumerable<string> names, Func<string, string?> variable) => names
        .Select(name => (name, value: variable(name)))
        .Where(pair => pair.value is { Length: <= LongestValue } value && value.All(c => c is > ' ' and <= '~'))
        .Select(pair => $" {pair.name}={pair.value}");
}
