using System.Text;

namespace Sshpod.Ssh;

/// <summary>
/// Variables that ssh's system sends of its own accord: Debian, Ubuntu, Fedora and macOS have a <c>SendEnv</c> for the locale in their
/// ssh_config. They do not take the place of what the container has; <c>SetEnv</c> of the user's does. The server cannot tell them apart,
/// so we tell it before ssh says its first word what ssh's environment has, which is ours as well. sshd/overrides/unasked.c is the other
/// end.
/// </summary>
public static class UnaskedVariables
{
    // locale(7). Debian sends LC_*; a name of the user's, such as LC_TICKET, is a way to pass something on, and stays one.
    private static readonly string[] OfLocale =
    [
        "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_MONETARY", "LC_NUMERIC", "LC_TIME", "LC_ADDRESS",
        "LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_NAME", "LC_PAPER", "LC_TELEPHONE",
    ];

    // Debian since 13, and Fedora.
    private static readonly string[] Others = ["COLORTERM", "NO_COLOR", "XMODIFIERS"];

    // The server takes no line that is longer than 8192 bytes.
    private const int LongestValue = 128;

    /// <summary>The line for the server, with its end; empty where there is nothing to say.</summary>
    /// <param name="variable">The value of a variable of ssh's environment; null where it is not set.</param>
    public static ReadOnlyMemory<byte> Line(Func<string, string?> variable) =>
        string.Concat(Words(OfLocale.Concat(Others), variable)) is { Length: > 0 } words
            ? Encoding.ASCII.GetBytes($"sshpod-unasked{words}\n") : default;

    /// <summary>
    /// The locale of this process. What a connection has told the server holds for all its sessions, so ones with another locale do not
    /// share it.
    /// </summary>
    internal static string Locale => string.Concat(Words(OfLocale, Environment.GetEnvironmentVariable));

    // A value that does not fit into a word is in no system's locale: it counts as sent on purpose.
    private static IEnumerable<string> Words(IEnumerable<string> names, Func<string, string?> variable) => names
        .Select(name => (name, value: variable(name)))
        .Where(pair => pair.value is { Length: <= LongestValue } value && value.All(c => c is > ' ' and <= '~'))
        .Select(pair => $" {pair.name}={pair.value}");
}
