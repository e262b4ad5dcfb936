using Sshpod.Addressing;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>A <c>kubectl exec -i</c>.</summary>
internal sealed class KubectlExec(KubectlProcess process, PodContainer container) : IExec
{
    /// <inheritdoc/>
    public Stream Input => process.Input;

    /// <inheritdoc/>
    public Stream Output => process.Output;

    /// <inheritdoc/>
    public async Task<SshpodException> ExplainEndAsync(CancellationToken cancellation)
    {
        var (exitCode, errorText) = await process.WaitAsync(cancellation);
        Log.Debug($"kubectl exec: exit {exitCode}: {errorText.ReplaceLineEndings(" ")}");
        if (IsWithoutShell(errorText))
            return new SshpodException($"{container} has no shell \"sh\"",
                $"connect to a container that has one, or add one: kubectl debug -it {container.Pod} -n {container.Namespace} --image=busybox --target={container.Container}");
        if (errorText.Contains("container not found", StringComparison.Ordinal))
            return new SshpodException($"{container} is not running", "connect again when it has started");
        return exitCode == 0
            ? new SshpodException($"the exec stream to {container} broke off", "connect again")
            : KubectlException.From(errorText, null);
    }

    // Worded differently by runc, crun, containerd and CRI-O; all name the program.
    private static bool IsWithoutShell(string errorText) =>
        errorText.Contains("\"sh\"", StringComparison.Ordinal)
        && (errorText.Contains("not found", StringComparison.Ordinal) || errorText.Contains("no such file", StringComparison.Ordinal));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
