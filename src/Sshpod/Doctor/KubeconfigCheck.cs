using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Doctor;

/// <summary>The kubeconfig files: which ones exist, and that they can be read.</summary>
internal static class KubeconfigCheck
{
    /// <summary>Reads them.</summary>
    public static Finding<KubeconfigFiles> Run(KubeconfigFiles files)
    {
        if (files.Problems.Count > 0)
            return Finding.Failure<KubeconfigFiles>(
                $"the kubeconfig cannot be read: {string.Join(", ", files.Problems)}", "correct that file");
        if (files.Read.Count > 0)
            return files.Missing.Count == 0
                ? Finding.Ok(files, string.Join(", ", files.Read))
                : Finding.Warning(files, $"{string.Join(", ", files.Read)}, without {string.Join(", ", files.Missing)}, which is missing",
                    "correct KUBECONFIG");
        return InCluster.Read(InCluster.Mount) is not null
            ? Finding.Ok(files, $"none: the service account of this pod, {InCluster.Mount}")
            : Finding.Failure<KubeconfigFiles>($"no cluster is configured: {string.Join(", ", files.Missing)} does not exist",
                "set KUBECONFIG or write ~/.kube/config");
    }
}
