using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sshpod.Terminal;

/// <summary>
/// The ssh that runs us as its ProxyCommand, as far as the system tells: Linux does. It hands our stdin and stdout over, and with
/// ControlPersist takes our stderr away (OpenSSH sshconnect.c, ssh_proxy_connect).
/// </summary>
/// <param name="Arguments">Its command line, without the program.</param>
/// <param name="HasTerminal">Whether its stdin or stdout is a terminal: a user types or reads there.</param>
/// <param name="StderrIsTerminal">Whether its stderr is one.</param>
/// <param name="HasTakenStderr">Whether our stderr is the null device although
/// its own is a terminal or a pipe, which can be opened again.</param>
internal sealed partial record SshParent(IReadOnlyList<string> Arguments, bool HasTerminal, bool StderrIsTerminal, bool HasTakenStderr)
{
    private const string Null = "/dev/null";

    // ssh(1): the options that have a value.
    private const string WithValue = "BbcDEeFIiJLlmOoPpQRSWw";

    private static string Directory => $"/proc/{ParentId()}";

    private static readonly Lazy<SshParent?> Found = new(Find);

    /// <summary>It; null where the parent is no ssh, or the system does not tell.</summary>
    public static SshParent? Current => Found.Value;

    private static SshParent? Find()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var words = Encoding.UTF8.GetString(File.ReadAllBytes($"{Directory}/cmdline")).Split('\0');
            if (Path.GetFileName(words[0]) != "ssh")
                return null;
            var error = Target(2);
            return new SshParent(words[1..], IsTerminal(Target(0)) || IsTerminal(Target(1)), IsTerminal(error),
                new FileInfo("/proc/self/fd/2").LinkTarget == Null
                && (IsTerminal(error) || error?.StartsWith("pipe:", StringComparison.Ordinal) == true));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static string? Target(int number) => new FileInfo($"{Directory}/fd/{number}").LinkTarget;
    }

    /// <summary>
    /// Whether a line that comes and goes is for somebody: not with <c>-q</c>, where nobody wants it, with <c>-v</c>, where ssh itself
    /// writes much, nor where a program drives ssh.
    /// </summary>
    public bool IsForUser => HasTerminal && !Options().Any(option => option is ('q' or 'v', _) || IsQuietSetting(option));

    /// <summary>Whether it was told to ask nothing.</summary>
    public bool IsBatch =>
        Options()
        .Any(option => option.Name == 'o'
            && option.Value.Split(['=', ' ', '\t'], 2, StringSplitOptions.TrimEntries) is [var name, var value]
        && name.Equals("BatchMode", StringComparison.OrdinalIgnoreCase) && value.Equals("yes", StringComparison.OrdinalIgnoreCase));

    /// <summary>The login name in the destination that it was given; null where the destination is another, or has none.</summary>
    /// <param name="host">The host name in it.</param>
    public string? LoginNameAt(string host) =>
        Arguments.FirstOrDefault(word => word.EndsWith($"@{host}", StringComparison.OrdinalIgnoreCase)) is { } destination
        ? destination[..^(host.Length + 1)] : null;

    /// <summary>Opens its stderr.</summary>
    /// <returns>Null where it cannot be opened.</returns>
    public static SafeFileHandle? OpenStderr()
    {
        try
        {
            return File.OpenHandle($"{Directory}/fd/2", FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static bool IsTerminal(string? file) => file is not null
        && (file.StartsWith("/dev/pts/", StringComparison.Ordinal) || file.StartsWith("/dev/tty", StringComparison.Ordinal));

    private static bool IsQuietSetting((char Name, string Value) option)
    {
        var setting = option.Value.Split(['=', ' ', '\t'], 2, StringSplitOptions.TrimEntries);
        return option.Name == 'o' && setting.Length == 2
            && (setting[0].ToUpperInvariant(), setting[1].ToUpperInvariant()) is ("LOGLEVEL", not "INFO") or ("BATCHMODE", "YES");
    }

    /// <summary>The options, as getopt reads them; after the host too, where ssh takes some.</summary>
    private IEnumerable<(char Name, string Value)> Options()
    {
        var names = 0;
        for (var i = 0; i < Arguments.Count && names < 2; i++)
        {
            var word = Arguments[i];
            if (word == "--")
                yield break;
            if (word.Length < 2 || word[0] != '-')
            {
                // The host, and then the command.
                names++;
                continue;
            }
            for (var at = 1; at < word.Length; at++)
            {
                if (!WithValue.Contains(word[at]))
                {
                    yield return (word[at], "");
                    continue;
                }
                yield return (word[at], at + 1 < word.Length ? word[(at + 1)..] : ++i < Arguments.Count ? Arguments[i] : "");
                break;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentId();
}
