using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Settings;

/// <summary>What the user has set in <see cref="File"/>. Null is what they have not set. Environment variables win; whoever uses a setting sees to that.</summary>
/// <param name="Aliases">Names of their own.</param>
/// <param name="Container">Container to take of a pod that has one of this name, where the host name gives none.</param>
/// <param name="Transport"><c>auto</c>, <c>api</c> or <c>kubectl</c>.</param>
/// <param name="Tunnel"><c>auto</c>, <c>port-forward</c> or <c>exec</c>.</param>
/// <param name="Idle">How long a server stays without a connection; zero is for ever.</param>
/// <param name="Wait">How long a target that is starting is waited for; zero is not at all.</param>
/// <param name="Access">How long a key that a connection brings into a container may log in there.</param>
/// <param name="Identity">Path of the user's own key, absolute.</param>
/// <param name="CleanEnvironment">Whether a login as another user of root's container goes without the container's environment.</param>
/// <param name="SharedPlaces"><c>refuse</c> or <c>allow</c>.</param>
public sealed record UserSettings(
    Aliases Aliases, string? Container = null, string? Transport = null, string? Tunnel = null, TimeSpan? Idle = null, TimeSpan? Wait = null,
    AccessTime? Access = null, string? Identity = null, bool CleanEnvironment = false, string? SharedPlaces = null)
{
    /// <summary>The file: <c>~/.config/sshpod/config.yaml</c>.</summary>
    public static string File { get; } = ClientDirectory.Settings;

    /// <summary>The key that logs in.</summary>
    public ClientIdentity ClientIdentity => new(Identity);

    private static readonly Lazy<UserSettings> Read = new(() => ReadFrom(File));

    /// <summary>The settings, read once; nothing is set where there is no file.</summary>
    /// <exception cref="SshpodException">The file cannot be read or has something wrong; the message names file and line.</exception>
    public static UserSettings Current => Read.Value;

    private static UserSettings ReadFrom(string file)
    {
        try
        {
            // Asked first: most have no file, and an exception would cost them more than the question.
            if (!System.IO.File.Exists(file))
                return new UserSettings(Aliases.None);
            var settings = SettingsFile.Parse(file, System.IO.File.ReadAllText(file));
            Log.Debug($"settings: {file}");
            return settings;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SshpodException($"cannot read {file}: {e.Message}", "make it readable for you");
        }
    }
}
