using Sshpod.Addressing;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>Why a command did not even start in a container, as container runtimes word it.</summary>
internal static class ExecFailure
{
    /// <summary>Reads what the cluster said.</summary>
    /// <returns>Null when it is something else.</returns>
    public static SshpodException? Explain(PodContainer container, string said)
    {
        if (IsWithoutShell(said))
            return new SshpodException($"{container} has no shell \"sh\"",
                $"connect to a container that has one, or add one: kubectl debug -it {container.Pod} -n {container.Namespace} --image=busybox --target={container.Container}");
        return said.Contains("container not found", StringComparison.Ordinal)
            ? new ContainerNotFoundException(container)
            : null;
    }

    // Worded differently by runc, crun, containerd and CRI-O; all name the program.
    private static bool IsWithoutShell(string said) =>
        said.Contains("\"sh\"", StringComparison.Ordinal)
        && (said.Contains("not found", StringComparison.Ordinal) || said.Contains("no such file", StringComparison.Ordinal));
}
