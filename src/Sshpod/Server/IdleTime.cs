using System.Globalization;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>How long a server stays without a connection: 10 minutes, or <c>SSHPOD_IDLE</c>.</summary>
public static class IdleTime
{
    private const int MaxSeconds = 365 * 24 * 60 * 60;

    /// <summary>The time; zero is for ever.</summary>
    /// <exception cref="SshpodException">The variable is no number of seconds.</exception>
    public static TimeSpan Value => Environment.GetEnvironmentVariable("SSHPOD_IDLE") switch
    {
        null or "" => TimeSpan.FromMinutes(10),
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaxSeconds => TimeSpan.FromSeconds(seconds),
        var text => throw new SshpodException($"SSHPOD_IDLE is \"{text}\"", $"set it to a number of seconds from 0 (never leave) to {MaxSeconds}"),
    };
}
