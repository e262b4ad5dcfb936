using System.Text.Json.Serialization.Metadata;

namespace Sshpod.Clusters.Objects;

/// <summary>A resource of the Kubernetes API.</summary>
/// <param name="Kind">Its kind in lower case, as used in messages and by kubectl for one object.</param>
/// <param name="Group">Its API group; empty for the core group.</param>
/// <param name="Plural">Its name in URLs.</param>
public record Resource(string Kind, string Group, string Plural)
{
    /// <summary>Versions of the group that have it, in the order to try.</summary>
    public IReadOnlyList<string> Versions { get; init; } = ["v1"];

    /// <summary>The right to do something with one of its objects, or with all.</summary>
    /// <param name="verb">The verb, such as <c>get</c>.</param>
    /// <param name="ns">The namespace.</param>
    /// <param name="name">The name of the object; null for all objects.</param>
    public Right Right(string verb, string ns, string? name = null) => new(verb, Plural, null, ns, Group, name);

    /// <summary>The resource with its group, as kubectl and API servers write it: <c>deployments.apps</c>.</summary>
    public sealed override string ToString() => Group.Length == 0 ? Plural : $"{Plural}.{Group}";
}

/// <summary>A resource of the Kubernetes API whose objects sshpod reads.</summary>
/// <typeparam name="T">What we read of an object.</typeparam>
/// <param name="Kind">Its kind in lower case, as used in messages and by kubectl for one object.</param>
/// <param name="Group">Its API group; empty for the core group.</param>
/// <param name="Plural">Its name in URLs.</param>
/// <param name="Reading">How an object is read; made when that is asked for, since it takes a millisecond the first time.</param>
public sealed record Resource<T>(string Kind, string Group, string Plural, Func<JsonTypeInfo<T>> Reading) : Resource(Kind, Group, Plural);

/// <summary>The resources that sshpod reads.</summary>
public static class Resources
{
    /// <summary>Pods.</summary>
    public static Resource<Pod> Pods { get; } = new("pod", "", "pods", () => KubernetesJson.Default.Pod);

    /// <summary>Deployments.</summary>
    public static Resource<Workload> Deployments { get; } = Workload("deployment", "apps");

    /// <summary>StatefulSets.</summary>
    public static Resource<Workload> StatefulSets { get; } = Workload("statefulset", "apps");

    /// <summary>DaemonSets.</summary>
    public static Resource<Workload> DaemonSets { get; } = Workload("daemonset", "apps");

    /// <summary>ReplicaSets.</summary>
    public static Resource<Workload> ReplicaSets { get; } = Workload("replicaset", "apps");

    /// <summary>Jobs.</summary>
    public static Resource<Workload> Jobs { get; } = Workload("job", "batch");

    /// <summary>CronJobs. Their version was v1beta1 before Kubernetes 1.21.</summary>
    public static Resource<CronJob> CronJobs { get; } = new(
        "cronjob", "batch", "cronjobs", () => KubernetesJson.Default.CronJob)
    { Versions = ["v1", "v1beta1"] };

    /// <summary>Services.</summary>
    public static Resource<Service> Services { get; } = new("service", "", "services", () => KubernetesJson.Default.Service);

    /// <summary>Namespaces; only their names matter.</summary>
    public static Resource<Workload> Namespaces { get; } = Workload("namespace", "");

    private static Resource<Workload> Workload(string kind, string group) =>
        new(kind, group, kind + "s", () => KubernetesJson.Default.Workload);
}
