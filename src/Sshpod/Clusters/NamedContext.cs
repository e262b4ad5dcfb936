namespace Sshpod.Clusters;

/// <summary>A context of the kubeconfig, with all that error messages need.</summary>
/// <param name="Name">Its name; null for the current one.</param>
/// <param name="Snapshot">The user's settings and kubeconfig.</param>
internal sealed record NamedContext(string? Name, Snapshot Snapshot);
