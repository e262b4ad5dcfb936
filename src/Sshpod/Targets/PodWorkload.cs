using System.Globalization;
using Sshpod.Clusters.Objects;

namespace Sshpod.Targets;

/// <summary>What a pod belongs to, as far as the pod itself tells; makes no further request.</summary>
/// <param name="Kind">Its kind in lower case, such as <c>deployment</c>.</param>
/// <param name="Name">Its name.</param>
public sealed record PodWorkload(string Kind, string Name)
{
    // Set on the pods of a Deployment's ReplicaSet, whose name ends in it. Other ReplicaSets have no such label.
    private const string TemplateHash = "pod-template-hash";

    // A job may start late or be retried; a number that matches by chance is years off.
    private static readonly TimeSpan Delay = TimeSpan.FromDays(7);

    /// <summary>Finds the workload of a pod.</summary>
    /// <returns>Null for a pod without a controller.</returns>
    public static PodWorkload? Of(Pod pod)
    {
        if (pod.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Controller == true) is not { Kind: { } kind, Name: { } name })
            return null;
        if (kind == "ReplicaSet" && pod.Metadata.Labels?.GetValueOrDefault(TemplateHash) is { Length: > 0 } hash
            && name.Length > hash.Length + 1 && name.EndsWith($"-{hash}", StringComparison.Ordinal))
            return new PodWorkload("deployment", name[..^(hash.Length + 1)]);
        if (kind == "Job" && CronJobOf(name, pod.Metadata.CreationTimestamp) is { } cronJob)
            return new PodWorkload("cronjob", cronJob);
        return new PodWorkload(kind.ToLowerInvariant(), name);
    }

    /// <summary>
    /// A CronJob names its jobs after itself and the scheduled time since 1970, in minutes, or in seconds before Kubernetes 1.21. The pod
    /// is created shortly after that time.
    /// </summary>
    private static string? CronJobOf(string job, DateTimeOffset? created)
    {
        var dash = job.LastIndexOf('-');
        if (dash < 1 || !long.TryParse(job.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || created is not { } time)
            return null;
        var seconds = time.ToUnixTimeSeconds();
        return IsScheduledTime(number) || IsScheduledTime(number * 60) ? job[..dash] : null;

        bool IsScheduledTime(long scheduled) => scheduled <= seconds && seconds - scheduled < Delay.TotalSeconds;
    }

    /// <summary>As kubectl writes it.</summary>
    public override string ToString() => $"{Kind}/{Name}";
}
