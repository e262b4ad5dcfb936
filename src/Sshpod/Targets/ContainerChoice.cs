using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>Decides which container of a pod is meant, and checks that it runs.</summary>
internal static class ContainerChoice
{
    /// <summary>Annotation that names the default container; kubectl uses it too (kubernetes KEP-2227).</summary>
    public const string DefaultContainerAnnotation = "kubectl.kubernetes.io/default-container";

    /// <summary>
    /// Chooses the named container (init and ephemeral ones too), else the pod's only one, else the user's default if the pod has a
    /// container of that name, else the one that the pod's annotation names.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="name">The name in the host name; null if there is none.</param>
    /// <param name="byDefault">The setting <c>container</c>; null if it is not set.</param>
    /// <exception cref="SshpodException">No such container, several to choose from, or it does not run and is not starting.</exception>
    public static Availability<PodContainer> Choose(Pod pod, string? name, string? byDefault = null)
    {
        var chosen = name is null ? Default(pod, byDefault) : Named(pod, name);
        if (pod.Metadata.DeletionTimestamp is not null && pod.Status.Phase != "Running")
            return Deleted(pod);

        var status = Statuses(pod).FirstOrDefault(status => status.Name == chosen);
        return status?.State?.Running is null ? NotRunning(pod, chosen, status)
            : In(pod, chosen, status) with { Places = Places.Of(pod, chosen) };
    }

    /// <summary>Whether this very container still runs, and not a successor of the same name.</summary>
    public static bool IsRunning(Pod pod, PodContainer container) =>
        pod.Metadata.Uid == container.PodUid
        && Statuses(pod).Any(status => status.Name == container.Container && status.State?.Running is not null
            && BareId(status.ContainerId) == container.ContainerId);

    /// <summary>Reads the pod of this very container.</summary>
    /// <exception cref="ContainerNotFoundException">The container does not run any more.</exception>
    public static async Task<Pod> ReadPodAsync(IClusterObjects cluster, PodContainer container, CancellationToken cancellation)
    {
        var pod = await cluster.GetAsync(Resources.Pods, container.Namespace, container.Pod, cancellation);
        return IsRunning(pod, container) ? pod : throw new ContainerNotFoundException(container);
    }

    /// <summary>
    /// The containers of a pod that can be connected to, and whether each is the one that is meant if none is named. Their places are left
    /// out: among thousands of pods, that would be most of the work. So are helpers, which nobody looks for.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="byDefault">The setting <c>container</c>; null if it is not set.</param>
    public static IEnumerable<(PodContainer Container, string? Image, bool IsDefault)> Running(Pod pod, string? byDefault = null)
    {
        if (pod.Metadata.DeletionTimestamp is not null && pod.Status.Phase != "Running")
            return [];
        var statuses = Statuses(pod).ToLookup(status => status.Name);
        var chosen = DefaultOrNull(pod, Names(pod.Spec.Containers), byDefault);
        return (pod.Spec.Containers ?? []).Concat(pod.Spec.InitContainers ?? [])
            .Concat((pod.Spec.EphemeralContainers ?? []).Where(container => !HelperName.IsOne(container.Name)))
            .Where(container => statuses[container.Name].Any(status => status.State?.Running is not null))
            .Select(container => (In(pod, container.Name, statuses[container.Name].First()), container.Image, container.Name == chosen));
    }

    private static string? DefaultOrNull(Pod pod, string[] names, string? byDefault) =>
        names.Length == 1 ? names[0]
        : byDefault is not null && names.Contains(byDefault) ? byDefault
        : pod.Metadata.Annotations?.GetValueOrDefault(DefaultContainerAnnotation) is { } annotated && names.Contains(annotated) ? annotated
        : null;

    private static PodContainer In(Pod pod, string container, ContainerStatus status) =>
        new(pod.Metadata.Namespace, pod.Metadata.Name, pod.Metadata.Uid, container, BareId(status.ContainerId),
            pod.Status.Phase == "Running",
            pod.Spec.HostNetwork == true, pod.Spec.RuntimeClassName, Node: pod.Spec.NodeName);

    private static string Default(Pod pod, string? byDefault)
    {
        var names = Names(pod.Spec.Containers);
        return DefaultOrNull(pod, names, byDefault)
            ?? throw new SshpodException($"{Describe(pod)} has {names.Length} containers: {string.Join(", ", names)}",
            $"choose one with container--NAME, as in container--{names.FirstOrDefault()}.pod--{pod.Metadata.Name}.{HostName.Suffix}");
    }

    private static string Named(Pod pod, string name)
    {
        string[] names = [.. Names(pod.Spec.Containers), .. Names(pod.Spec.InitContainers), .. Names(pod.Spec.EphemeralContainers)];
        return names.Contains(name)
            ? name
            : throw new SshpodException($"{Describe(pod)} has no container \"{name}\"", $"it has {string.Join(", ", names)}");
    }

    private static Starting NotRunning(Pod pod, string container, ContainerStatus? status)
    {
        var detail = status?.State?.Waiting ?? status?.State?.Terminated;
        var unscheduled = pod.Status.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" });
        var reasons = new[]
        {
            pod.Status.Phase is "Running" ? null : pod.Status.Phase,
            pod.Status.Reason,
            unscheduled?.Reason, unscheduled?.Message,
            detail?.Reason, detail?.Message,
            Startup.CrashLoop(pod, container),
        }.Where(reason => !string.IsNullOrWhiteSpace(reason)).Distinct();
        var message = $"container \"{container}\" of {Describe(pod)} is not running ({string.Join(": ", reasons)})";
        var hint = $"see kubectl describe pod {pod.Metadata.Name} -n {pod.Metadata.Namespace}";
        return pod.Metadata.DeletionTimestamp is not null && HasSuccessor(pod) ? Deleted(pod)
            : pod.Metadata.DeletionTimestamp is null && Startup.IsPossible(pod, container)
                ? new Starting(message, hint,
                    $"container \"{container}\" of pod \"{pod.Metadata.Name}\": {string.Join(": ", reasons)}", Startup.NeedsNode(pod))
            : throw new SshpodException(message, hint);
    }

    private static Starting Deleted(Pod pod)
    {
        var (message, hint) = ($"{Describe(pod)} is being deleted", "connect to its successor");
        return HasSuccessor(pod) ? new Starting(message, hint, $"the successor of pod \"{pod.Metadata.Name}\"", ComesAnew: true)
            : throw new SshpodException(message, hint);
    }

    // Only a StatefulSet gives a new pod the same name.
    private static bool HasSuccessor(Pod pod) => pod.Metadata.Controller?.Kind == nameof(TargetKind.StatefulSet);

    private static IEnumerable<ContainerStatus> Statuses(Pod pod) =>
        (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? [])
        .Concat(pod.Status.EphemeralContainerStatuses ?? []);

    private static string[] Names(IReadOnlyList<Container>? containers) => [.. (containers ?? []).Select(container => container.Name)];

    private static string Describe(Pod pod) => $"pod \"{pod.Metadata.Name}\" in namespace \"{pod.Metadata.Namespace}\"";

    // "containerd://4f5c…": it becomes a directory name in the container, so only safe characters are kept.
    private static string BareId(string? id)
    {
        Span<char> bare = stackalloc char[16];
        var length = 0;
        foreach (var c in id.AsSpan((id?.LastIndexOf('/') ?? -1) + 1))
            if (length < bare.Length && char.IsAsciiLetterOrDigit(c))
                bare[length++] = c;
        return length > 0 ? new string(bare[..length]) : "unknown";
    }
}
