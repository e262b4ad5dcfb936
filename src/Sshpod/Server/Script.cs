using System.Text;
using Sshpod.Streams;

namespace Sshpod.Server;

/// <summary>The shell scripts that run in the container.</summary>
internal static class Script
{
    /// <summary>For <see cref="ContainerShell.Command"/>: runs the script that <see cref="SendAsync"/> then sends.</summary>
    public static readonly string Loader = Read("load.sh");

    /// <summary>Reads a script without its comments and indentation, which are for readers of the source and not for URLs.</summary>
    public static string Read(string name)
    {
        using var reader = new StreamReader(Bundles.Open(name));
        var lines = reader.ReadToEnd().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');
        return string.Join('\n', lines);
    }

    /// <summary>
    /// Sends a script to the command of <see cref="Loader"/>. Not to be
    /// awaited before its answers: its failure shows in what comes of them.
    /// </summary>
    public static Task SendAsync(Duplex exec, string script, CancellationToken cancellation) =>
        exec.WriteAsync(Encoding.UTF8.GetBytes($"{script}\n.\n"), cancellation).AsTask();
}
