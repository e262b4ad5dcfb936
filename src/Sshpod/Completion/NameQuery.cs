using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Machine;
using Sshpod.Settings;

namespace Sshpod.Completion;

/// <summary>Which names completion wants to know.</summary>
/// <param name="Kind">A prefix of host names, such as <c>pod</c> or <c>namespace</c>.</param>
/// <param name="Namespace">Where; null for the namespace of the context.</param>
/// <param name="Context">Context of the kubeconfig; null for the current one.</param>
public sealed record NameQuery(string Kind, string? Namespace, string? Context)
{
    /// <summary>The command that completion runs.</summary>
    internal const string Command = "complete";

    /// <summary>Its word for: ask the cluster, and write the answer down.</summary>
    internal const string Refresh = "refresh";

    /// <summary>The arguments that make another process ask the cluster.</summary>
    internal string[] RefreshArguments => [Command, Refresh, Kind, Namespace ?? "", Context ?? ""];

    /// <summary>The folder of all answers.</summary>
    public static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "completion");

    /// <summary>
    /// Where the answer is kept. The state of the kubeconfig is in the name, so that another current context is another file: a look at
    /// the files' times takes microseconds, and reading them milliseconds.
    /// </summary>
    internal string File(Snapshot snapshot)
    {
        var key = new StringBuilder().AppendJoin('\n', Kind, Namespace, Context, snapshot.Settings.Text(Setting.Transport));
        foreach (var name in snapshot.Kubeconfig.All.Select(file => file.Path))
            key.Append('\n').Append(Path.GetFullPath(name)).Append(' ').Append(System.IO.File.GetLastWriteTimeUtc(name).Ticks);
        return Path.Combine(Directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{key}")))[..32]);
    }
}
