using System.Collections.Concurrent;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Settings;
using Sshpod.Streams;

namespace Sshpod.Server;

/// <summary>The shell scripts that run in the container.</summary>
internal static class Script
{
    private static readonly string Common = Read("places.sh");

    /// <summary>For <see cref="Command"/>: runs the script that <see cref="SendAsync"/> then sends.</summary>
    public static readonly string Loader = Read("load.sh");

    // Containers whose PATH leads to no sh.
    private static readonly ConcurrentDictionary<PodContainer, bool> WithoutPath = new();

    /// <summary>Reads a script without its comments and indentation, which are for readers of the source and not for URLs.</summary>
    public static string Read(string name)
    {
        using var reader = new StreamReader(Bundles.Open(name));
        var lines = reader.ReadToEnd().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');
        return string.Join('\n', lines);
    }

    /// <summary>The command that runs a script with what stands before each.</summary>
    /// <param name="script">The script.</param>
    /// <param name="container">Where it will run.</param>
    /// <param name="arguments">Its own arguments.</param>
    /// <param name="without">Directories that are not to be used.</param>
    public static string[] Command(string script, PodContainer container, IEnumerable<string> arguments, params IEnumerable<string> without) =>
    [
        WithoutPath.ContainsKey(container) ? "/bin/sh" : "sh", "-c", $"{Common}\n{script}", "sshpod", Bundles.Release, container.ContainerId, $",{Bundles.Hashes},", .. arguments,
        .. SharedPlaces.AreAllowed ? (string[])["any"] : [],
        .. (container.Places ?? Places.None).Arguments(RoomNeeded.IsBelow, SharedPlaces.AreAllowed, without),
    ];

    /// <summary>Sends a script to the command of <see cref="Loader"/>. Not to be awaited before its answers: its failure shows in what comes of them.</summary>
    public static Task SendAsync(Duplex exec, string script, CancellationToken cancellation) =>
        exec.WriteAsync(Encoding.UTF8.GetBytes($"{script}\n.\n"), cancellation).AsTask();

    /// <summary>Whether a command of ours is to be tried again: the shell is then asked for by its path.</summary>
    /// <param name="missing">What came of the last try.</param>
    public static bool HasAnother(ShellNotFoundException missing) => WithoutPath.TryAdd(missing.Container, true);
}
