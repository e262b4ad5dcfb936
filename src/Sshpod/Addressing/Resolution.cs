using Sshpod.Clusters;
using Sshpod.Terminal;

namespace Sshpod.Addressing;

/// <summary>From what the user asked for to one running container.</summary>
public static class Resolution
{
    /// <summary>Looks the address up in the cluster: one request for a pod, two for anything that owns pods.</summary>
    /// <exception cref="SshpodException">Nothing there to connect to; the message says what is.</exception>
    public static async Task<PodContainer> ResolveAsync(ICluster cluster, PodAddress address, CancellationToken cancellation)
    {
        var pod = address.Kind == TargetKind.Pod
            ? await cluster.GetPodAsync(address.Namespace, address.Target, cancellation)
            : await ChoosePodAsync(cluster, address, cancellation);
        return ContainerChoice.Choose(pod, address.Container);
    }

    private static async Task<Pod> ChoosePodAsync(ICluster cluster, PodAddress address, CancellationToken cancellation)
    {
        var workload = await cluster.GetWorkloadAsync(address.Kind, address.Namespace, address.Target, cancellation);
        var selector = workload.Spec?.Selector?.ToString();
        // An empty selector would list every pod of the namespace.
        if (string.IsNullOrEmpty(selector))
            throw new SshpodException($"{HostName.Prefix(address.Kind)} \"{address.Target}\" selects no pods", "name a pod instead");

        var list = await cluster.ListPodsAsync(workload.Metadata.Namespace, workload.Spec!.Selector!,
            withReplicaSets: address.Kind == TargetKind.Deployment, cancellation);

        var memory = new ChosenPod(address with { Container = null, Namespace = workload.Metadata.Namespace });
        var pod = PodChoice.Choose(address.Kind, workload, list, memory.Read());
        memory.Write(pod.Metadata.Uid);
        return pod;
    }
}
