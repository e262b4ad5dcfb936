using System.Globalization;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Settings;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>
/// Python, in an image that has it and no shell: it puts ours there, and the pod stays as it is. See <c>lend.py</c>.
/// </summary>
/// <param name="cluster">How the container is reached.</param>
/// <param name="container">The container.</param>
/// <param name="settings">The user's settings.</param>
internal sealed class Interpreter(IClusterStreams cluster, PodContainer container, UserSettings settings)
{
    private const string Program = "python3";

    /// <summary>
    /// Says that it runs, and waits until we have heard, 10 seconds at most: what a process says last may be lost, and so may its status.
    /// </summary>
    internal const string Look = $"import signal, sys; signal.alarm(10); print('{Program}', flush=True); sys.stdin.read(1)";

    // As for the places of other scripts: the arguments are sent in a URL.
    private const int MaxLength = 1200;

    private const int Piece = 32 * 1024;

    private static readonly ScriptGrammar Grammar = new(new Dictionary<string, string[]>
    {
        [""] = ["need", "shell", "error"],
        ["need"] = ["shell", "error"],
    });

    /// <summary>Puts the shell there, or finds it there.</summary>
    /// <returns>Its path; null if there is no such interpreter, or if it finds no place.</returns>
    public async Task<string?> LendAsync(CancellationToken cancellation)
    {
        try
        {
            await using var exec = await cluster.ExecAsync(container, Command(), cancellation);
            return await ConverseAsync(exec, cancellation);
        }
        catch (SshpodException e) when (e is not ContainerNotFoundException)
        {
            Log.Debug($"interpreter: {e.Message}");
            return null;
        }
    }

    /// <summary>Whether there is such an interpreter, which is run and does nothing.</summary>
    public async Task<bool> IsThereAsync(CancellationToken cancellation)
    {
        try
        {
            await using var exec = new LineReader(await cluster.ExecAsync(container, [Program, "-I", "-c", Look], cancellation));
            return await exec.ReadLineAsync(cancellation) == Program;
        }
        catch (Exception e) when (e is InvalidDataException or SshpodException and not ContainerNotFoundException)
        {
            Log.Debug($"interpreter: {e.Message}");
            return false;
        }
    }

    /// <summary>The command that runs it.</summary>
    internal IReadOnlyList<string> Command() => [Program, "-I", "-c", Script(), Bundles.Release,
        .. Bundles.Shells.Select(shell => string.Create(CultureInfo.InvariantCulture,
            $"{(shell.Architecture == "amd64" ? "x86_64" : "aarch64")}={shell.Sha256}={shell.Size}")), .. Refused()];

    /// <summary>The script, without what would only make the URL longer.</summary>
    internal static string Script()
    {
        using var reader = new StreamReader(Bundles.Open("lend.py"));
        return string.Join('\n', reader.ReadToEnd().Split('\n').Where(line => line.Trim() is { Length: > 0 } text && text[0] != '#'));
    }

    private string[] Refused()
    {
        string[] paths = [.. (container.Places ?? Places.None).Volumes
            .Where(volume => (volume.IsRefused && !settings.AllowsSharedPlaces) || RoomNeeded.IsBelow(volume.Room)).Select(volume =>
                volume.Path)];
        return paths.Sum(path => path.Length + 1) <= MaxLength ? paths : ["/"];
    }

    private async Task<string> ConverseAsync(Duplex exec, CancellationToken cancellation)
    {
        var script = new ScriptRun(container, exec, Grammar, ScriptLimits.Default, cancellation);
        while (true)
            switch (await script.NextAsync())
            {
                case { Word: "need", Rest: var machine }:
                    var bundle = Bundles.ForMachine(machine) ?? throw new ScriptException(container, "answers with an unknown machine");
                    // Runs concurrently with reading. A failure shows in the answers, or in their absence.
                    _ = SendAsync(script, exec, bundle.Architecture, cancellation);
                    break;
                case { Word: "shell", Rest: var path }:
                    return HelperShell.IsOne(path) ? path : throw new ScriptException(container,
                        "answers with a file name that is not ours");
                case { Rest: var text }:
                    throw new SshpodException($"{Program} in {container} puts no shell there: {text}");
            }
    }

    private static async Task SendAsync(ScriptRun script, Duplex exec, string architecture, CancellationToken cancellation)
    {
        await using var content = Bundles.OpenShell(architecture);
        var buffer = new byte[Piece];
        for (int count; (count = await content.ReadAsync(buffer, cancellation)) > 0; script.Progressed())
            if (!await exec.WriteAsync(buffer.AsMemory(0, count), cancellation).AsTask().WaitAsync(ServerLimits.Piece, cancellation))
                return;
    }
}
