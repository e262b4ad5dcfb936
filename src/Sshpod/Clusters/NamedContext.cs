namespace Sshpod.Clusters;

/// <summary>A context of the kubeconfig, and among what it was named: for errors.</summary>
/// <param name="Name">Its name; null for the current one.</param>
/// <param name="Snapshot">What else there is.</param>
internal sealed record NamedContext(string? Name, Snapshot Snapshot);
