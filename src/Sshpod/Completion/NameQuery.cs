using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Machine;
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

    /// <summary>The directory of all answers.</summary>
    public static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "completion");

    /// <summary>
    /// Where the answer is kept. The name includes the state of the kubeconfig, so that another current context is another file: checking
    /// the files' times takes microseconds, reading the files takes milliseconds.
    /// </summary>
    internal string File(Snapshot snapshot)
    {
        var key = new StringBuilder().AppendJoin('\n', Kind, Namespace, Context, snapshot.Settings.Text(Setting.Transport));
        foreach (var name in snapshot.Kubeconfig.All.Select(file => file.Path))
            key.Append('\n').Append(Path.GetFullPath(name)).Append(' ').Append(System.IO.File.GetLastWriteTimeUtc(name).Ticks);
        return Path.Combine(Directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}")))[..32]);
    }
}
