using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>Explains why a stream into a container did not start, from the wording of container runtimes and the API server.</summary>
internal static partial class ExecFailure
{
    /// <summary>Reads the cluster's message.</summary>
    /// <param name="container">Where the stream was to lead.</param>
    /// <param name="message">What the API server says.</param>
    /// <param name="output">What came as stderr: of the runtime, or of the container, which may write what it likes there.</param>
    /// <param name="program">The program that was to run; null for a shell by one of its usual names.</param>
    /// <returns>Null when it is something else.</returns>
    public static SshpodException? Explain(PodContainer container, string message, string output = "", string? program = null)
    {
        // Final, and about somebody else's node: the container is not believed.
        if (NoNode().Match(message) is { Success: true } noNode)
            return WithoutNode(container, noNode.Groups["why"].Value.Trim());
        var said = $"{message}\n{output}";
        if (Names(said, program))
        {
            if (said.Contains("not found", StringComparison.Ordinal) || said.Contains("no such file", StringComparison.OrdinalIgnoreCase))
                return new ShellNotFoundException(container);
            if (said.Contains("permission denied", StringComparison.OrdinalIgnoreCase))
                return new ShellDeniedException(container, program ?? "sh");
        }
        return Ended().IsMatch(said) ? new ContainerNotFoundException(container) : null;
    }

    private static NodeUnreachableException WithoutNode(PodContainer container, string why)
    {
        const string ask = "ask the administrator of the cluster to look at the kubelet there";
        return container.Node is { } node
            ? new($"the API server does not reach node \"{node}\" of {container}: {why}", $"{ask}: kubectl describe node {node}")
            : new($"the API server does not reach the node of {container}: {why}", ask);
    }

    // Worded differently by runc, crun, containerd and CRI-O; all name the program.
    private static bool Names(string said, string? program) => (program is not ['/', ..] or "/bin/sh" && Shell().IsMatch(said))
        || (program is not null
            && (said.Contains($"\"{program}\"", StringComparison.Ordinal) || said.Contains($"`{program}`", StringComparison.Ordinal)));

    [GeneratedRegex("[\"`](/bin/)?sh[\"`]")]
    private static partial Regex Shell();

    // The API server, for exec and port-forward.
    [GeneratedRegex("error dialing backend: (?<why>.*)")]
    private static partial Regex NoNode();

    // In turn: the kubelet, also of a pod that it does not know yet after a restart; containerd, by how far the end has come, and when the
    // container was never created; runc, whose process has gone in the meantime; CRI-O.
    [GeneratedRegex("container not found|pod does not exist|no running task found|cannot exec in a (stopped|deleted)"
        + "|container not created: not found|error executing setns process: exit status|is in CONTAINER_EXITED state")]
    private static partial Regex Ended();
}

/// <summary>The requested shell does not exist, or is not on the container's PATH.</summary>
/// <param name="container">The container.</param>
/// <param name="host">Its host name, for the hint; null for one that is made up of what is known.</param>
internal sealed class ShellNotFoundException(PodContainer container, string? host = null)
    : SshpodException($"{container} has no shell \"sh\"",
        $"put one beside it with: sshpod debug {host ?? HostOf(container)} (an ephemeral container, which the pod's record keeps)")
{
    private static string HostOf(PodContainer container) => HostName.Write(
        new PodAddress(TargetKind.Pod, container.Pod, container.Container, container.Namespace)) ?? "HOST";
}

/// <summary>The container's user may not run the requested shell.</summary>
/// <param name="container">The container.</param>
/// <param name="program">The shell.</param>
internal sealed class ShellDeniedException(PodContainer container, string program)
    : SshpodException($"{container} may not run {program}", "see which user and which capabilities the container has");

/// <summary>The API server does not reach the kubelet on the container's node: no other way into the container would be better.</summary>
internal sealed class NodeUnreachableException(string message, string hint) : SshpodException(message, hint);
