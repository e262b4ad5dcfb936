using Sshpod.Clusters.Objects;
using Sshpod.Settings;

namespace Sshpod.Server;

/// <summary>The shell of a container, which runs our scripts. Whoever has learned where it is keeps this for the next one.</summary>
/// <param name="container">The container.</param>
/// <param name="settings">What the user wants.</param>
public sealed class ContainerShell(PodContainer container, UserSettings settings)
{
    private static readonly string Common = Script.Read("places.sh");

    private bool _isAskedForByPath;

    /// <summary>The command that runs a script with what stands before each.</summary>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its own arguments.</param>
    /// <param name="without">Directories that are not to be used.</param>
    internal string[] Command(string script, IEnumerable<string> arguments, params IEnumerable<string> without) =>
    [
        _isAskedForByPath ? "/bin/sh" : "sh", "-c", $"{Common}\n{script}", "sshpod", Bundles.Release, container.ContainerId,
        $",{Bundles.Hashes},", .. arguments,
        .. settings.AllowsSharedPlaces ? (string[])["any"] : [],
        .. (container.Places ?? Places.None).Arguments(RoomNeeded.IsBelow, settings.AllowsSharedPlaces, without),
    ];

    /// <summary>
    /// Whether a command of ours is to be tried again, since PATH has led to no shell: from now on it is asked for by its path.
    /// </summary>
    internal bool HasAnother()
    {
        var wasAskedForByPath = _isAskedForByPath;
        _isAskedForByPath = true;
        return !wasAskedForByPath;
    }
}
