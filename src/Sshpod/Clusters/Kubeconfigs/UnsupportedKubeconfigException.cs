namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>The kubeconfig has something that only kubectl understands, or that kubectl should report.</summary>
/// <param name="reason">What it is.</param>
internal sealed class UnsupportedKubeconfigException(string reason) : Exception(reason);
