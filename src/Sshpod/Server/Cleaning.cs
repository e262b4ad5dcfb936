using System.Globalization;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>The result of <c>clean.sh</c>.</summary>
/// <param name="Removed">How many servers were removed, with their files.</param>
/// <param name="Left">Directories of servers whose program is not this client's: we run nothing unknown, not even to end it.</param>
public sealed record Cleaned(int Removed, IReadOnlyList<string> Left);

/// <summary>Ends the servers in a container and removes what they left there, with <c>clean.sh</c>.</summary>
public static class Cleaning
{
    private static readonly ScriptGrammar Grammar = new(new Dictionary<string, string[]>
    {
        [""] = ["left", "cleaned", "error"],
        ["left"] = ["left", "cleaned", "error"],
    });

    private static readonly string CleanScript = $"{Script.Read("closed.sh")}\n{Script.Read("clean.sh")}";

    /// <summary>Cleans one container.</summary>
    /// <exception cref="SshpodException">The container cannot be cleaned; the message says why.</exception>
    public static async Task<Cleaned> RunAsync(IClusterStreams cluster, PodContainer container, ContainerShell shell, Helper helper,
        CancellationToken cancellation)
    {
        try
        {
            await using var exec = await cluster.ExecAsync(container, shell.Command(Script.Loader, []), cancellation);
            _ = Script.SendAsync(exec, CleanScript, cancellation);
            return await ReadAsync(exec, container, ScriptLimits.Default, cancellation);
        }
        catch (SshpodException e) when (e is ShellNotFoundException or ShellDeniedException)
        {
            if (!shell.HasAnother())
                shell.Use(await helper.FindAsync(e, cancellation));
            return await RunAsync(cluster, container, shell, helper, cancellation);
        }
    }

    /// <summary>Reads the script's answers.</summary>
    internal static async Task<Cleaned> ReadAsync(Duplex exec, PodContainer container, ScriptLimits limits, CancellationToken cancellation)
    {
        var script = new ScriptRun(container, exec, Grammar, limits, cancellation);
        for (var left = new List<string>(); ;)
            switch (await script.NextAsync())
            {
                case { Word: "left", Rest: var directory }:
                    if (!left.Contains(directory))
                        left.Add(directory);
                    break;
                case { Word: "cleaned", Rest: var count }:
                    return new Cleaned(int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var servers) ? servers
                        : throw new ScriptException(container, "answers with an invalid number"), left);
                case { Rest: var text }:
                    throw new SshpodException($"cannot clean {container}: {text}",
                        $"see what kubectl exec {container.Pod} -n {container.Namespace} -c {container.Container} -- ls -l /tmp/sshpod "
                        + $"shows");
            }
    }
}
