using System.Text;
using Sshpod.Streams;

namespace Sshpod.Server;

/// <summary>The shell scripts that run in the container.</summary>
internal static class Script
{
    /// <summary>For <see cref="ContainerShell.Command"/>: runs the script that <see cref="SendAsync"/> sends next.</summary>
    public static readonly string Loader = Read("load.sh");

    /// <summary>Reads a script without its comments and indentation, which would only make the URL longer.</summary>
    public static string Read(string name)
    {
        using var reader = new StreamReader(Bundles.Open(name));
        var lines = reader.ReadToEnd().Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#');
        return string.Join('\n', lines);
    }

    /// <summary>Sends a script to <see cref="Loader"/>. Do not await it before reading the answers: a failure shows in them.</summary>
    public static Task SendAsync(Duplex exec, string script, CancellationToken cancellation) =>
        exec.WriteAsync(Encoding.UTF8.GetBytes($"{script}\n.\n"), cancellation).AsTask();
}
