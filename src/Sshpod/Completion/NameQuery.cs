using Sshpod.Clusters;
using Sshpod.Settings;

namespace Sshpod.Completion;

/// <summary>The names that completion asks for.</summary>
/// <param name="Kind">A prefix of host names, such as <c>pod</c> or <c>namespace</c>.</param>
/// <param name="Namespace">The namespace; null for that of the context.</param>
/// <param name="Context">Context of the kubeconfig; null for the current one.</param>
public sealed record NameQuery(string Kind, string? Namespace, string? Context)
{
    /// <summary>The command that completion runs.</summary>
    internal const string Command = "complete";

    /// <summary>Its subcommand that asks the cluster and stores the answer.</summary>
    internal const string Refresh = "refresh";

    /// <summary>The arguments that make another process ask the cluster.</summary>
    internal string[] RefreshArguments => [Command, Refresh, Kind, Namespace ?? "", Context ?? ""];

    /// <summary>
    /// What the file with the answer is named for. That includes the state of the kubeconfig, so that another current context is another
    /// file: checking the files' times takes microseconds, reading the files takes milliseconds.
    /// </summary>
    /// <param name="snapshot">What the user has set up.</param>
    /// <returns>The parts of the name.</returns>
    internal IEnumerable<string?> About(Snapshot snapshot) =>
    [
        Kind, Namespace, Context, snapshot.Settings.Text(Setting.Transport),
        .. snapshot.Kubeconfig.All.Select(file => $"{Path.GetFullPath(file.Path)} {File.GetLastWriteTimeUtc(file.Path).Ticks}"),
    ];
}
