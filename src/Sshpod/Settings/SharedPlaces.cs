using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>
/// Whether the server may be where other containers could take it over, for those who trust every container of their pods:
/// <c>SSHPOD_SHARED_PLACES</c>, else the setting <c>shared-places</c>, else not.
/// </summary>
public static class SharedPlaces
{
    /// <summary>What it may be.</summary>
    public static readonly string[] Values = ["refuse", "allow"];

    /// <summary>Whether it may.</summary>
    /// <exception cref="SshpodException">The variable is something else, or the settings cannot be read.</exception>
    public static bool AreAllowed => (Environment.GetEnvironmentVariable("SSHPOD_SHARED_PLACES") is { Length: > 0 } text ? text : UserSettings.Current.SharedPlaces) switch
    {
        "allow" => true,
        null or "refuse" => false,
        var other => throw new SshpodException($"SSHPOD_SHARED_PLACES is \"{other}\"", "use refuse or allow"),
    };
}
