using Sshpod.Clusters.Objects;
using Sshpod.Settings;

namespace Sshpod.Server;

/// <summary>The shell of a container, which runs our scripts. Keep the instance: it remembers where the shell is.</summary>
/// <param name="container">The container.</param>
/// <param name="settings">The user's settings.</param>
public sealed class ContainerShell(PodContainer container, UserSettings settings)
{
    private static readonly string Common = Script.Read("places.sh");

    private bool _isAskedForByPath;

    /// <summary>The command that runs a script, with the code and arguments that all scripts share.</summary>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its own arguments.</param>
    /// <param name="without">Directories not to use.</param>
    internal string[] Command(string script, IEnumerable<string> arguments, params IEnumerable<string> without) =>
    [
        _isAskedForByPath ? "/bin/sh" : "sh", "-c", $"{Common}\n{script}", "sshpod", Bundles.Release, container.ContainerId,
        $",{Bundles.Hashes},", .. arguments,
        .. settings.AllowsSharedPlaces ? (string[])["any"] : [],
        .. (container.Places ?? Places.None).Arguments(RoomNeeded.IsBelow, settings.AllowsSharedPlaces, without),
    ];

    /// <summary>Whether to retry a command because PATH led to no shell: from now on the shell is run by its path.</summary>
    internal bool HasAnother()
    {
        var wasAskedForByPath = _isAskedForByPath;
        _isAskedForByPath = true;
        return !wasAskedForByPath;
    }
}
