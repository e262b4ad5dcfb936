using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Connections;

/// <summary>How long a connection may be paused.</summary>
public static class ResumeGrace
{
    private const string Variable = "SSHPOD_RESUME";

    private static readonly TimeSpan WithTerminal = TimeSpan.FromHours(24), WithoutTerminal = TimeSpan.FromHours(3);
    private static readonly TimeSpan InPipeline = TimeSpan.FromMinutes(2);

    /// <summary>What the user wants; by default as long as somebody may come back.</summary>
    public static TimeSpan Of() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
            ? Period.Parse(text) ?? throw new SshpodException($"{Variable} is \"{text}\"", $"set it to {Period.Form}")
        : Environment.GetEnvironmentVariable("CI") is { Length: > 0 } ? InPipeline
        : HasTerminal() ? WithTerminal : WithoutTerminal;

    private static bool HasTerminal()
    {
        try
        {
            using var terminal = File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
