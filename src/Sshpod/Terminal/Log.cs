using System.Diagnostics;

namespace Sshpod.Terminal;

/// <summary>
/// What sshpod writes to stderr: nothing for a connection that works, one line for a failure. <c>SSHPOD_LOG=debug</c> shows every step with
/// the milliseconds since the process started.
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

    /// <summary>Whether <see cref="Debug"/> prints, so that callers can skip composing details.</summary>
    public static bool IsDebug => Level >= LogLevel.Debug;

    /// <summary>
    /// Whether nobody reads our stderr: ssh gives /dev/null to the ProxyCommand of a connection that may stay in the background, and has no
    /// stderr that we could open instead.
    /// </summary>
    public static bool IsDiscarded => OperatingSystem.IsWindows()
        // There NUL cannot be told from other files: twice is better than never.
        ? Console.IsErrorRedirected
        : NullDevice.IsStandardError && SshParent.Current is not { HasTakenStderr: true };

    /// <summary>Reports a failure that the user can act on, as one line.</summary>
    public static void Error(SshpodException error) => Write($"sshpod: {error.Line}");

    /// <summary>Reports something done at the user's request, such as a file written.</summary>
    public static void Notice(string message) => Write($"sshpod: {message}");

    /// <summary>Reports a step of a connection. It must not contain keys, tokens or session bytes.</summary>
    public static void Debug(string step)
    {
        if (IsDebug)
            Write($"sshpod: {Stopwatch.GetElapsedTime(Start).TotalMilliseconds,6:0} ms  {step}");
    }

    /// <summary>Passes on what a program that we started writes for the user.</summary>
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

    // One write per line: lines of connections that share a terminal do not mix. Untrusted text cannot add lines or escape sequences.
    private static void Write(string line) => Relay(Console.OutputEncoding.GetBytes(OneLine.Clean(line) + Environment.NewLine));

    // With ControlPersist, ssh redirects our stderr to /dev/null: we then write to ssh's own.
    private static Stream OpenStderr() => SshParent.Current is { HasTakenStderr: true } && SshParent.OpenStderr() is { } stderr
        ? new FileStream(stderr, FileAccess.Write, bufferSize: 0)
        : Console.OpenStandardError();
}
