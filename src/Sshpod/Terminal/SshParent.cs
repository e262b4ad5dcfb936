using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Sshpod.Terminal;

/// <summary>
/// The ssh that runs us as its ProxyCommand; found on Linux only. It connects our stdin and stdout, and with ControlPersist redirects our
/// stderr to /dev/null (OpenSSH sshconnect.c, ssh_proxy_connect).
/// </summary>
/// <param name="Arguments">Its command line, without the program.</param>
/// <param name="HasTerminal">Whether its stdin or stdout is a terminal, where a user types or reads.</param>
/// <param name="StderrIsTerminal">Whether its stderr is a terminal.</param>
/// <param name="HasTakenStderr">Whether our stderr is /dev/null although its own is a terminal or a pipe, which we can reopen.</param>
internal sealed partial record SshParent(IReadOnlyList<string> Arguments, bool HasTerminal, bool StderrIsTerminal, bool HasTakenStderr)
{
    private const string Null = "/dev/null";

    // ssh(1): the options that take a value.
    private const string WithValue = "BbcDEeFIiJLlmOoPpQRSWw";

    // A process that is orphaned gets another parent, whose files are none of our business.
    private const int Gone = -1;

    private static string Directory => $"/proc/{ParentId()}";

    private static readonly Lazy<SshParent?> Found = new(Find);

    /// <summary>The parent ssh; null if the parent is not ssh or cannot be found.</summary>
    public static SshParent? Current => Found.Value;

    /// <summary>Its process ID.</summary>
    public int Id { get; private init; } = Gone;

    /// <summary>
    /// Whether it still is our parent and is in the foreground of its terminal, whose session the proxy of a shared connection has left.
    /// </summary>
    public bool IsInForeground
    {
        get
        {
            if (Id != ParentId())
                return false;
            try
            {
                return IsForeground(File.ReadAllText($"{Directory}/stat"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    /// <summary>Whether a process is in the foreground of its terminal, by its <c>/proc/PID/stat</c> (proc_pid_stat(5)).</summary>
    internal static bool IsForeground(string status)
    {
        // The name, in parentheses, may hold anything. After it: state, parent, group, session, terminal, its foreground group.
        var fields = status[(status.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields is [_, _, var group, _, not "0", var foreground, ..] && group == foreground;
    }

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
                && (IsTerminal(error) || error?.StartsWith("pipe:", StringComparison.Ordinal) == true))
            {
                Id = ParentId(),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        static string? Target(int number) => new FileInfo($"{Directory}/fd/{number}").LinkTarget;
    }

    /// <summary>
    /// Whether a user wants to see progress: not with <c>-q</c>, not with <c>-v</c>, where ssh itself writes a lot, and not when a program
    /// drives ssh.
    /// </summary>
    public bool IsForUser => HasTerminal && !Options().Any(option => option is ('q' or 'v', _) || IsQuietSetting(option));

    /// <summary>Whether it was told not to prompt (<c>BatchMode</c>).</summary>
    public bool IsBatch =>
        Options()
        .Any(option => option.Name == 'o'
            && option.Value.Split(['=', ' ', '\t'], 2, StringSplitOptions.TrimEntries) is [var name, var value]
        && name.Equals("BatchMode", StringComparison.OrdinalIgnoreCase) && value.Equals("yes", StringComparison.OrdinalIgnoreCase));

    /// <summary>The login name in its destination; null if the destination is another host or has no login name.</summary>
    /// <param name="host">The host name in the destination.</param>
    public string? LoginNameAt(string host) =>
        Arguments.FirstOrDefault(word => word.EndsWith($"@{host}", StringComparison.OrdinalIgnoreCase)) is { } destination
        ? destination[..^(host.Length + 1)] : null;

    /// <summary>Opens its stderr.</summary>
    /// <returns>Null if it cannot be opened.</returns>
    public static SafeFileHandle? OpenStderr()
    {
        if (Current is not { } ssh || ssh.Id != ParentId())
            return null;
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

    /// <summary>The options as getopt reads them, and those after the host, where ssh accepts some too.</summary>
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
                // First the host, then the command.
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
