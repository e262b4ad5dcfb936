using System.Globalization;
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

    // The kubelet restarts a container at once the first time, then after 10 s, 20 s and so on up to 5 minutes, and forgets the failures of
    // one that has run for 10 minutes. CrashLoopBackOff shows up to a minute later than the end that it is about.
    private const int CrashLoopRestarts = 2;

    private static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(10);

    /// <summary>Whether a container may still run: it and the init containers before it are starting, or will be restarted.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container; null for all of them, which must run for the pod to be ready.</param>
    public static bool IsPossible(Pod pod, string? container) =>
        !HasEnded(pod) && Concerned(pod, container).All(item => MayRun(item.Status, item.Restarts, item.IsOver));

    /// <summary>Whether the pod has ended.</summary>
    public static bool HasEnded(Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    /// <summary>Whether the scheduler finds no node for the pod.</summary>
    public static bool NeedsNode(Pod pod) => Unscheduled(pod) is not null;

    /// <summary>Whether a container that waits for this reason will not run.</summary>
    public static bool IsHopeless(string? reason) => Hopeless.Contains(reason);

    /// <summary>How a container ended that will be restarted, but has ended too often for that to be soon; null if none has.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container, to which the init containers before it count; null for all of them.</param>
    public static string? CrashLoop(Pod pod, string? container) =>
        Concerned(pod, container).Where(item => item.Restarts(item.Status.State?.Terminated?.ExitCode))
        .Select(item => CrashLoop(item.Status)).FirstOrDefault(loop => loop is not null);

    /// <summary>Why the pod does not start, in Kubernetes' words; null if nothing prevents it.</summary>
    public static string? Obstacle(Pod pod) =>
        Unscheduled(pod) is { } unscheduled ? $"{unscheduled.Reason}: {unscheduled.Message}"
        : Concerned(pod, null).Select(item => item.Status.State?.Waiting)
        .FirstOrDefault(waiting => Hopeless.Contains(waiting?.Reason)) is { } waiting
            ? string.IsNullOrWhiteSpace(waiting.Message) ? waiting.Reason : $"{waiting.Reason}: {waiting.Message}"
        : CrashLoop(pod, null);

    private static string? CrashLoop(ContainerStatus status) =>
        status is { RestartCount: >= CrashLoopRestarts and var restarts, State.Terminated: { } end }
        && (end.FinishedAt - end.StartedAt is not { } ran || ran < Forgiven)
            ? string.Create(CultureInfo.InvariantCulture, $"crash loop: exit code {end.ExitCode ?? 0} after {restarts} restarts") : null;

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
        status.State?.Terminated is { } end ? (restarts(end.ExitCode) && CrashLoop(status) is null) || isOver(end.ExitCode)
            : !Hopeless.Contains(status.State?.Waiting?.Reason);
}
