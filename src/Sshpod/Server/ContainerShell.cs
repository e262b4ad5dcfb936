using Sshpod.Clusters.Objects;
using Sshpod.Settings;

namespace Sshpod.Server;

/// <summary>The shell of a container, which runs our scripts. Keep the instance: it remembers where the shell is.</summary>
/// <param name="container">The container.</param>
/// <param name="settings">The user's settings.</param>
/// <param name="remembered">Where it was at the last connection, if that was not where shells are.</param>
public sealed class ContainerShell(PodContainer container, UserSettings settings, string? remembered = null)
{
    private static readonly string Common = Script.Read("places.sh");

    // PATH may lead to none.
    private readonly Queue<string> _others = new(IsUsed(remembered, container, settings) ? ["sh", "/bin/sh"] : ["/bin/sh"]);

    private string _program = IsUsed(remembered, container, settings) ? remembered! : "sh";

    /// <summary>Where it is, if it is not the container's own; null if it is.</summary>
    public string? Lent => IsLent(_program) ? _program : null;

    /// <summary>Where its tools are, and the bundle that it came with; empty if it is the container's own.</summary>
    internal string Directory => Lent is { } path ? path[..path.LastIndexOf('/')] : "";

    /// <summary>The command that runs a script, with the code and arguments that all scripts share.</summary>
    /// <param name="script">The script.</param>
    /// <param name="arguments">Its own arguments.</param>
    /// <param name="without">Directories not to use.</param>
    internal string[] Command(string script, IEnumerable<string> arguments, params IEnumerable<string> without) =>
    [
        // What the container itself has goes first.
        _program, "-c", $"{(Lent is null ? "" : $"PATH=$PATH:{Directory}/bin\n")}{Common}\n{script}", "sshpod", Bundles.Release,
        container.ContainerId, $",{Bundles.Hashes},", .. arguments,
        .. settings.AllowsSharedPlaces ? (string[])["any"] : [],
        .. (container.Places ?? Places.None).Arguments(RoomNeeded.IsBelow, settings.AllowsSharedPlaces, without),
    ];

    /// <summary>Whether to retry a command because there was no shell: from now on another is run.</summary>
    internal bool HasAnother()
    {
        if (!_others.TryDequeue(out var other))
            return false;
        _program = other;
        return true;
    }

    /// <summary>Runs another shell from now on.</summary>
    /// <param name="path">Its path in the container.</param>
    internal void Use(string path) => _program = path;

    private static bool IsUsed(string? remembered, PodContainer container, UserSettings settings) =>
        IsLent(remembered) && !(HelperShell.IsStaged(remembered!) && HelperShell.IsWatched(container, settings));

    private static bool IsLent(string? path) => path is not null && HelperShell.IsOne(path);
}
