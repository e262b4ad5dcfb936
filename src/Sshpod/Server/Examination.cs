using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>A directory in which the server could be.</summary>
/// <param name="Path">The directory.</param>
/// <param name="State">
/// <c>free</c> where it could; otherwise why not: absent, read-only, noexec, foreign, unwritable, open, shared, small, full.
/// </param>
/// <param name="Detail">Where a volume is mounted that is shared or too small; how much is free, in KiB, where it is too little.</param>
public sealed record ServerPlace(string Path, string State, string? Detail = null);

/// <summary>What <c>examine.sh</c> found in a container. Everything in it is the container's word.</summary>
/// <param name="Machine">What <c>uname -m</c> says; empty where there is none.</param>
/// <param name="Missing">Tools that the installation needs and that are not there.</param>
/// <param name="Places">Directories that were looked at, up to the first that will do.</param>
/// <param name="Directory">Where the server is; null where it is not.</param>
/// <param name="File">What its program is by its hash: verified, damaged, or unknown where nothing can hash.</param>
/// <param name="Port">Its port; null when it does not run.</param>
public sealed record Examination(string Machine, IReadOnlyList<string> Missing, IReadOnlyList<ServerPlace> Places,
    string? Directory, string? File, int? Port)
{
    // Mounts are many on some nodes.
    private static readonly ScriptGrammar Grammar = new(new Dictionary<string, string[]>
    {
        [""] = ["machine"],
        ["machine"] = ["missing"],
        ["missing"] = ["server", "place", "examined"],
        ["server"] = ["running", "place", "examined"],
        ["running"] = ["place", "examined"],
        ["place"] = ["place", "examined"],
    }, MaxLines: 1000);

    private static readonly string ExamineScript = $"{Script.Read("closed.sh")}\n{Script.Read("judge.sh")}\n{Script.Read("examine.sh")}";

    /// <summary>The command that tells.</summary>
    /// <param name="shell">What will run it.</param>
    public static IReadOnlyList<string> Command(ContainerShell shell) => shell.Command(Script.Loader, [RoomNeeded.Free]);

    /// <summary>Reads what it says.</summary>
    /// <exception cref="SshpodException">It does not come to its end.</exception>
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
        ("running", [var port]) => this with { Port = RemoteServer.ParsePort(port) },
        _ => this,
    };
}
