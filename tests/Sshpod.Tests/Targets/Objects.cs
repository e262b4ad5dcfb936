using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Targets;

/// <summary>Pods and workloads as an API server would describe them.</summary>
internal static class Objects
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Workload Workload(string name, string? owner = null) =>
        new(Meta(name, owner), new WorkloadSpec(new LabelSelector(new Dictionary<string, string> { ["app"] = name })));

    public static Pod Pod(string name, string? owner = null, bool ready = true, bool terminating = false, int age = 0,
        string phase = "Running", params string[] containers)
    {
        var names = containers.Length > 0 ? containers : ["main"];
        return new Pod(
            Meta(name, owner) with { CreationTimestamp = Epoch.AddSeconds(-age), DeletionTimestamp = terminating ? Epoch : null },
            new PodSpec([.. names.Select(container => new Container(container))]),
            new PodStatus(phase,
                Conditions: [new PodCondition("Ready", ready ? "True" : "False")],
                ContainerStatuses: [
                    .. names.Select(container =>
                        new ContainerStatus(container, "containerd://0123456789abcdef0123", new ContainerState(Running: new())))]));
    }

    private static ObjectMeta Meta(string name, string? owner) =>
        new(name, "default", $"uid-of-{name}", OwnerReferences: owner is null ? null : [new OwnerReference($"uid-of-{owner}", true)]);
}
