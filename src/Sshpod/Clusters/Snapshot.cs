using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Settings;

namespace Sshpod.Clusters;

/// <summary>
/// The user's settings and kubeconfig, as they were on first use. A command takes one snapshot and passes it on, so that all parts of a
/// connection made by sshpod itself agree even if the files change. kubectl reads the files itself, but is told which
/// context is meant.
/// </summary>
/// <param name="Settings">The user's settings.</param>
/// <param name="Kubeconfig">The user's kubeconfig.</param>
/// <param name="IsUnattended">Whether nobody can log in just now: a credential plugin gets no terminal, and little time.</param>
public sealed record Snapshot(UserSettings Settings, KubeconfigFiles Kubeconfig, bool IsUnattended = false)
{
    /// <summary>Takes a snapshot. Files are read on first use.</summary>
    public static Snapshot Take() => new(UserSettings.Take(), KubeconfigFiles.Take());
}

/// <summary>A context of the kubeconfig, with all that error messages need.</summary>
/// <param name="Name">Its name; null for the current one.</param>
/// <param name="Snapshot">The user's settings and kubeconfig.</param>
internal sealed record NamedContext(string? Name, Snapshot Snapshot);
