using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Settings;

namespace Sshpod.Clusters;

/// <summary>
/// What the user has set up on this machine, as it was when it was first wanted. A command takes it once and passes it on: whatever
/// changes meanwhile, all parts of one connection that sshpod itself makes go by the same. kubectl reads the files anew.
/// </summary>
/// <param name="Settings">What they want.</param>
/// <param name="Kubeconfig">Their clusters.</param>
public sealed record Snapshot(UserSettings Settings, KubeconfigFiles Kubeconfig)
{
    /// <summary>Takes it. Files are read when they are wanted first.</summary>
    public static Snapshot Take() => new(UserSettings.Take(), KubeconfigFiles.Take());
}
