using Sshpod.HostNames;

namespace Sshpod.Settings;

/// <summary>What the user has set in the file; null if not set. <see cref="UserSettings"/> explains each setting.</summary>
internal sealed record FileSettings(
    Aliases Aliases, string? Container = null, TransportKind? Transport = null, TunnelKind? Tunnel = null, TimeSpan? Idle = null,
    TimeSpan? Wait = null, AccessTime? Access = null, string? Identity = null, bool CleanEnvironment = false, bool SharedPlaces = false)
{
    /// <summary>The settings if there is no file.</summary>
    public static FileSettings None { get; } = new(Aliases.None);
}
