using System.Globalization;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>A directory in which the server could be placed.</summary>
/// <param name="Path">The directory.</param>
/// <param name="State">
/// <c>free</c> if it is suitable; otherwise why not: absent, read-only, noexec, foreign, unwritable, open, shared, small, full.
/// </param>
/// <param name="Detail">
/// The name of sshpod's directory in a suitable one; the mount point of a volume that is shared or too small; the free space in KiB if
/// there is too little.
/// </param>
public sealed record ServerPlace(string Path, string State, string? Detail = null);

/// <summary>What <c>examine.sh</c> found in a container. All of it is the container's own claim.</summary>
/// <param name="Machine">The output of <c>uname -m</c>; empty if there is none.</param>
/// <param name="Missing">Tools that the installation needs and that are missing.</param>
/// <param name="Places">Directories that were examined, up to the first suitable one.</param>
/// <param name="Directory">Where the server is installed; null if it is not.</param>
/// <param name="File">The state of its program by its hash: verified, damaged, or unknown if nothing can hash.</param>
/// <param name="Port">Its port; null if it is not running.</param>
/// <param name="Paused">How many of its connections have lost their stream and wait to be resumed.</param>
/// <param name="PausedFor">For how long the first of them has waited; null if nothing there can tell times.</param>
public sealed record Examination(string Machine, IReadOnlyList<string> Missing, IReadOnlyList<ServerPlace> Places,
    string? Directory, string? File, int? Port, int Paused = 0, TimeSpan? PausedFor = null)
{
    // Some nodes have many mounts.
    private static readonly ScriptGrammar Grammar = new(new Dictionary<string, string[]>
    {
        [""] = ["machine"],
        ["machine"] = ["missing"],
        ["missing"] = ["server", "place", "examined"],
        ["server"] = ["paused", "running", "place", "examined"],
        ["paused"] = ["running", "place", "examined"],
        ["running"] = ["place", "examined"],
        ["place"] = ["place", "examined"],
    }, MaxLines: 1000);

    private static readonly string ExamineScript = $"{Script.Read("closed.sh")}\n{Script.Read("judge.sh")}\n{Script.Read("examine.sh")}";

    /// <summary>The command that examines the container.</summary>
    /// <param name="shell">The shell that runs it.</param>
    public static IReadOnlyList<string> Command(ContainerShell shell) => shell.Command(Script.Loader, [RoomNeeded.Free]);

    /// <summary>Reads the script's answers.</summary>
    /// <exception cref="SshpodException">The script does not run to its end.</exception>
    public static Task<Examination> ReadAsync(Duplex exec, PodContainer container, CancellationToken cancellation)
    {
        _ = Script.SendAsync(exec, ExamineScript, cancellation);
        return ReadAsync(exec, container, ScriptLimits.Default, cancellation);
    }

    internal static async Task<Examination> ReadAsync(
        Duplex exec, PodContainer container, ScriptLimits limits, CancellationToken cancellation)
    {
        var script = new ScriptRun(container, exec, Grammar, limits, cancellation);
        var found = new Examination("", [], [], null, null, null);
        while (await script.NextAsync() is var (word, rest) && word != "examined")
            found = found.With(word, rest.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return found;
    }

    private Examination With(string word, string[] words) => (word, words) switch
    {
        ("machine", [var machine]) => this with { Machine = machine },
        ("missing", var tools) => this with { Missing = tools },
        ("place", [var path, var state]) => this with { Places = [.. Places, new ServerPlace(path, state)] },
        ("place", [var path, var state, var detail]) => this with { Places = [.. Places, new ServerPlace(path, state, detail)] },
        ("server", [var directory, var file]) => this with { Directory = directory, File = file },
        ("paused", [var count, .. var rest]) when Number(count) is { } paused =>
            this with { Paused = paused, PausedFor = rest is [var text] && Number(text) is { } time ? TimeSpan.FromSeconds(time) : null },
        ("running", [var port]) => this with { Port = RemoteServer.ParsePort(port) },
        _ => this,
    };

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
