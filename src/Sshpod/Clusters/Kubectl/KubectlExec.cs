using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>A <c>kubectl exec -i</c>.</summary>
internal sealed partial class KubectlExec(KubectlProcess process, PodContainer container, NamedContext context, string program)
    // On Windows, .NET buffers the stdin of a process.
    : StreamDuplex(process.Output, process.Input, isBuffered: true)
{
    /// <inheritdoc/>
    public override async ValueTask<StreamEnd> EndAsync(CancellationToken cancellation)
    {
        var (exitCode, errorText) = await process.WaitAsync(cancellation);
        Log.Debug($"kubectl exec: exit {exitCode}: {errorText.ReplaceLineEndings(" ")}");
        if (ExecFailure.Explain(container, errorText, program: program) is { } failure)
            return new StreamEnd.Refused(failure);
        // This is uncertain: kubectl reports a lost connection as success (kubernetes#73056).
        if (exitCode == 0)
            return new StreamEnd.Finished();
        return CommandEnded().IsMatch(errorText) ? new StreamEnd.Broken($"exit code {exitCode}")
            : new StreamEnd.Refused(ClusterException.FromKubectl(errorText, context));
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await base.DisposeAsync();
    }

    [GeneratedRegex("^command terminated with exit code", RegexOptions.Multiline)]
    private static partial Regex CommandEnded();
}
