using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>Explains why a command did not start in a container, from the wording of container runtimes.</summary>
internal static partial class ExecFailure
{
    /// <summary>Reads the cluster's message.</summary>
    /// <returns>Null when it is something else.</returns>
    public static SshpodException? Explain(PodContainer container, string said)
    {
        if (IsWithoutShell(said))
            return new ShellNotFoundException(container, $"{container} has no shell \"sh\"",
                $"connect to a container that has one, or add one: kubectl debug -it {container.Pod} "
                + $"-n {container.Namespace} --image=busybox --target={container.Container}");
        return said.Contains("container not found", StringComparison.Ordinal)
            ? new ContainerNotFoundException(container)
            : null;
    }

    // Worded differently by runc, crun, containerd and CRI-O; all name the program.
    private static bool IsWithoutShell(string said) =>
        Shell().IsMatch(said)
        && (said.Contains("not found", StringComparison.Ordinal) || said.Contains("no such file", StringComparison.Ordinal));

    [GeneratedRegex("[\"`](/bin/)?sh[\"`]")]
    private static partial Regex Shell();
}

/// <summary>The requested shell does not exist, or is not on the container's PATH.</summary>
internal sealed class ShellNotFoundException(PodContainer container, string message, string hint) : SshpodException(message, hint)
{
    /// <summary>The container without the shell.</summary>
    public PodContainer Container => container;
}
