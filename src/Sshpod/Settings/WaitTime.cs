using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>How long a target that is starting is waited for: <c>SSHPOD_WAIT</c>, else the setting <c>wait</c>, else a minute.</summary>
public static class WaitTime
{
    /// <summary>The time where none is set.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromMinutes(1);

    /// <summary>The time; zero is not at all.</summary>
    /// <exception cref="SshpodException">The variable is no time, or the settings cannot be read.</exception>
    public static TimeSpan Value => Environment.GetEnvironmentVariable("SSHPOD_WAIT") is { Length: > 0 } text
        ? Period.Parse(text) ?? throw new SshpodException($"SSHPOD_WAIT is \"{text}\"", $"set it to {Period.Form}; 0 is not to wait")
        : UserSettings.Current.Wait ?? Default;
}
