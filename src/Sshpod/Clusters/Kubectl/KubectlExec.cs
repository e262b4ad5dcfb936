using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>A <c>kubectl exec -i</c>.</summary>
internal sealed partial class KubectlExec(KubectlProcess process, PodContainer container, NamedContext context) : IExec
{
    /// <inheritdoc/>
    public Stream Input => process.Input;

    /// <inheritdoc/>
    public bool CanCloseInput => true;

    /// <inheritdoc/>
    public Stream Output => process.Output;

    /// <inheritdoc/>
    public async Task<SshpodException> ExplainEndAsync(CancellationToken cancellation)
    {
        var (exitCode, errorText) = await process.WaitAsync(cancellation);
        Log.Debug($"kubectl exec: exit {exitCode}: {errorText.ReplaceLineEndings(" ")}");
        if (ExecFailure.Explain(container, errorText) is { } failure)
            return failure;
        // 0 too: kubectl takes a lost connection for success (kubernetes#73056).
        return exitCode == 0 || CommandEnded().IsMatch(errorText)
            ? new BrokenStreamException(container, $"exit code {exitCode}") { IsOrderly = exitCode == 0 }
            : ClusterException.FromKubectl(errorText, context);
    }

    [GeneratedRegex("^command terminated with exit code", RegexOptions.Multiline)]
    private static partial Regex CommandEnded();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => process.DisposeAsync();
}
