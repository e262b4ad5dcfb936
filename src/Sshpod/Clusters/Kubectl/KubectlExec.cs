using System.Text.RegularExpressions;
using Sshpod.Addressing;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>A <c>kubectl exec -i</c>.</summary>
internal sealed partial class KubectlExec(KubectlProcess process, PodContainer container, string? context) : IExec
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
        // 0 too: kubectl takes a lost connection for success (kubernetes#73056).
        return exitCode == 0 || CommandEnded().IsMatch(errorText)
            ? new BrokenStreamException(container, $"exit code {exitCode}")
            : KubectlException.From(errorText, context);
    }

    // Worded differently by runc, crun, containerd and CRI-O; all name the program.
    private static bool IsWithoutShell(string errorText) =>
        errorText.Contains("\"sh\"", StringComparison.Ordinal)
        && (errorText.Contains("not found", StringComparison.Ordinal) || errorText.Contains("no such file", StringComparison.Ordinal));

    [GeneratedRegex("^command terminated with exit code", RegexOptions.Multiline)]
    private static partial Regex CommandEnded();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
