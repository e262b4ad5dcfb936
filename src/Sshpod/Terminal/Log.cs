using System.Diagnostics;

namespace Sshpod.Terminal;

/// <summary>
/// What sshpod says on stderr. A connection that works says nothing; a failure is one line.
/// <c>SSHPOD_LOG=debug</c> shows every step with the milliseconds since the start of the process.
/// </summary>
public static class Log
{
    private static readonly long Start = Stopwatch.GetTimestamp();

    private static readonly LogLevel Level = Environment.GetEnvironmentVariable("SSHPOD_LOG")?.ToLowerInvariant() switch
    {
        "debug" => LogLevel.Debug,
        "info" => LogLevel.Info,
        _ => LogLevel.Error,
    };

    private enum LogLevel { Error, Info, Debug }

    /// <summary>Whether <see cref="Debug"/> prints: lets callers spare the work of composing a detail.</summary>
    public static bool IsDebug => Level >= LogLevel.Debug;

    /// <summary>
    /// Whether nobody reads what we say: ssh gives /dev/null to the ProxyCommand of a connection that may stay in the background, and has
    /// no stderr that we could open in its place.
    /// </summary>
    public static bool IsDiscarded => OperatingSystem.IsLinux()
        ? new FileInfo("/proc/self/fd/2").LinkTarget == "/dev/null" && SshParent.Current is not { HasTakenStderr: true }
        // Elsewhere it cannot be told from other files: twice is better than never.
        : Console.IsErrorRedirected;

    /// <summary>Reports a failure that the user can act on, as one line.</summary>
    public static void Error(SshpodException error) => Write($"sshpod: {error.Line}");

    /// <summary>Reports something done at the user's request, such as a file written.</summary>
    public static void Notice(string message) => Write($"sshpod: {message}");

    /// <summary>Reports a step of a connection. Never holds a key, a token or session bytes.</summary>
    public static void Debug(string step)
    {
        if (IsDebug)
            Write($"sshpod: {Stopwatch.GetElapsedTime(Start).TotalMilliseconds,6:0} ms  {step}");
    }

    /// <summary>Passes on what a program that we have started says to the user.</summary>
    internal static void Relay(ReadOnlySpan<byte> bytes)
    {
        Progress.Erase();
        try
        {
            using var stream = OpenStderr();
            stream.Write(bytes);
        }
        catch (IOException)
        {
            // stderr is gone (ssh was killed): nobody is left to tell.
        }
    }

    // One write a line: lines of connections that share a terminal do not mix.
    // Whatever is in it, of whomever: it stays one line, and text.
    private static void Write(string line) => Relay(Console.OutputEncoding.GetBytes(OneLine.Clean(line) + Environment.NewLine));

    // ssh takes our stderr away where it shares a connection that stays (ControlPersist): then it is ssh's own.
    private static Stream OpenStderr() => SshParent.Current is { HasTakenStderr: true } && SshParent.OpenStderr() is { } stderr
        ? new FileStream(stderr, FileAccess.Write, bufferSize: 0)
        : Console.OpenStandardError();
}
