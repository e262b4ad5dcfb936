using Sshpod.Clusters.Objects;

namespace Sshpod.Targets;

/// <summary>Distinguishes a pod that is starting from one that cannot start.</summary>
internal static class Startup
{
    // ErrImagePull is not listed: it may be the first attempt, and ImagePullBackOff follows within seconds if pulling keeps failing.
    private static readonly string[] Hopeless =
    [
        "CrashLoopBackOff", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName", "ImageInspectError", "RegistryUnavailable",
        "CreateContainerConfigError", "CreateContainerError", "PreCreateHookError", "PreStartHookError",
        "PostStartHookError", "RunContainerError",
    ];

    /// <summary>Whether a container may still run: it and the init containers before it are starting, or will be restarted.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container; null for all of them, which must run for the pod to be ready.</param>
    public static bool IsPossible(Pod pod, string? container) =>
        !HasEnded(pod) && Concerned(pod, container).All(item => MayRun(item.Status, item.Restarts, item.IsOver));

    /// <summary>Whether the pod has ended.</summary>
    public static bool HasEnded(Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    /// <summary>Whether the scheduler finds no node for the pod.</summary>
    public static bool NeedsNode(Pod pod) => Unscheduled(pod) is not null;

    /// <summary>Why the pod does not start, in Kubernetes' words; null if nothing prevents it.</summary>
    public static string? Obstacle(Pod pod) =>
        Unscheduled(pod) is { } unscheduled ? $"{unscheduled.Reason}: {unscheduled.Message}"
        : Concerned(pod, null).Select(item => item.Status.State?.Waiting)
        .FirstOrDefault(waiting => Hopeless.Contains(waiting?.Reason)) is { } waiting
            ? string.IsNullOrWhiteSpace(waiting.Message) ? waiting.Reason : $"{waiting.Reason}: {waiting.Message}"
        : null;

    private static PodCondition? Unscheduled(Pod pod) =>
        pod.Status.Conditions?.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "False", Reason: "Unschedulable" });

    /// <summary>The containers that matter; by exit code, whether they are restarted and whether they ended as they should.</summary>
    private static IEnumerable<(ContainerStatus Status, Func<int?, bool> Restarts, Func<int?, bool> IsOver)> Concerned(
        Pod pod, string? container)
    {
        var policy = pod.Spec.RestartPolicy ?? "Always";
        foreach (var status in pod.Status.InitContainerStatuses ?? [])
        {
            var isMeant = status.Name == container;
            yield return (status, code => code != 0 && policy != "Never", code => code == 0 && !isMeant);
            if (isMeant)
                yield break;
        }
        foreach (var status in (pod.Status.ContainerStatuses ?? []).Where(status => container is null || status.Name == container))
            yield return (status, code => policy == "Always" || (policy == "OnFailure" && code != 0), _ => false);
        foreach (var status in (pod.Status.EphemeralContainerStatuses ?? []).Where(status => status.Name == container))
            yield return (status, _ => false, _ => false);
    }

    private static bool MayRun(ContainerStatus status, Func<int?, bool> restarts, Func<int?, bool> isOver) =>
        status.State?.Terminated is { } end ? restarts(end.ExitCode) || isOver(end.ExitCode)
            : !Hopeless.Contains(status.State?.Waiting?.Reason);
}
