using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>Explains why a stream into a container did not start, from the wording of container runtimes and the API server.</summary>
internal static partial class ExecFailure
{
    /// <summary>Reads the cluster's message.</summary>
    /// <returns>Null when it is something else.</returns>
    public static SshpodException? Explain(PodContainer container, string said)
    {
        if (IsWithoutShell(said))
            return new ShellNotFoundException(container, $"{container} has no shell \"sh\"",
                $"connect to a container that has one, or add one: kubectl debug -it {container.Pod} "
                + $"-n {container.Namespace} --image=busybox --target={container.Container} (where Pod Security is restricted, add "
                + "--profile=restricted, and take an image that does not run as root)");
        if (NoNode().Match(said) is { Success: true } noNode)
            return WithoutNode(container, noNode.Groups["why"].Value.Trim());
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
    private static bool IsWithoutShell(string said) =>
        Shell().IsMatch(said)
        && (said.Contains("not found", StringComparison.Ordinal) || said.Contains("no such file", StringComparison.Ordinal));

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
internal sealed class ShellNotFoundException(PodContainer container, string message, string hint) : SshpodException(message, hint)
{
    /// <summary>The container without the shell.</summary>
    public PodContainer Container => container;
}

/// <summary>The API server does not reach the kubelet on the container's node: no other way into the container would be better.</summary>
internal sealed class NodeUnreachableException(string message, string hint) : SshpodException(message, hint);
