using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>How long a server stays without a connection: <c>SSHPOD_IDLE</c>, else the setting <c>idle</c>, else 10 minutes.</summary>
public static class IdleTime
{
    /// <summary>The time; zero is for ever.</summary>
    /// <exception cref="SshpodException">The variable is no time, or the settings cannot be read.</exception>
    public static TimeSpan Value => Environment.GetEnvironmentVariable("SSHPOD_IDLE") is { Length: > 0 } text
        ? Period.Parse(text) ?? throw new SshpodException($"SSHPOD_IDLE is \"{text}\"", $"set it to {Period.Form}; 0 is for ever")
        : UserSettings.Current.Idle ?? TimeSpan.FromMinutes(10);
}
