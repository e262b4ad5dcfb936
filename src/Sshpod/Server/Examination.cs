using Sshpod.Addressing;
using Sshpod.Clusters;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>A directory in which the server could be.</summary>
/// <param name="Path">The directory.</param>
/// <param name="State"><c>free</c> where it could; otherwise why not: absent, read-only, noexec, foreign, unwritable.</param>
public sealed record ServerPlace(string Path, string State);

/// <summary>What <c>examine.sh</c> found in a container. Everything in it is the container's word.</summary>
/// <param name="Machine">What <c>uname -m</c> says; empty where there is none.</param>
/// <param name="Missing">Tools that the installation needs and that are not there.</param>
/// <param name="Places">Directories that were looked at, up to the first that will do.</param>
/// <param name="Directory">Where the server is; null where it is not.</param>
/// <param name="Version">What its program says of itself.</param>
/// <param name="Port">Its port; null when it does not run.</param>
public sealed record Examination(string Machine, IReadOnlyList<string> Missing, IReadOnlyList<ServerPlace> Places, string? Directory, string? Version, int? Port)
{
    // Mounts are many on some nodes; a container that goes on and on is not listened to.
    private const int MaxLines = 1000;

    private static readonly string ExamineScript = Script.Read("examine.sh");

    /// <summary>The command that tells.</summary>
    /// <param name="container">Where it will run.</param>
    public static IReadOnlyList<string> Command(PodContainer container) => ["sh", "-c", ExamineScript, "sshpod", Bundles.Release, container.ContainerId];

    /// <summary>Reads what it says.</summary>
    /// <exception cref="SshpodException">It does not come to its end.</exception>
    public static async Task<Examination> ReadAsync(IExec exec, PodContainer container, CancellationToken cancellation)
    {
        var output = new LineReader(exec.Output);
        var found = new Examination("", [], [], null, null, null);
        try
        {
            for (var lines = 0; lines < MaxLines; lines++)
            {
                var line = await output.ReadLineAsync(cancellation) ?? throw await exec.ExplainEndAsync(cancellation);
                if (line == "examined")
                    return found;
                found = found.With(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
            }
        }
        catch (InvalidDataException e)
        {
            throw new SshpodException($"{container} answers with {e.Message}", "see what its sh prints when it starts");
        }
        throw new SshpodException($"{container} answers with more than {MaxLines} lines", "see what its sh prints when it starts");
    }

    private Examination With(string[] words) => words switch
    {
        ["machine", var machine] => this with { Machine = machine },
        ["missing", .. var tools] => this with { Missing = tools },
        ["place", var path, var state] => this with { Places = [.. Places, new ServerPlace(path, state)] },
        ["server", var directory, .. var version] => this with { Directory = directory, Version = string.Join(' ', version) },
        ["running", var port] => this with { Port = RemoteServer.ParsePort(port) },
        _ => this,
    };
}
