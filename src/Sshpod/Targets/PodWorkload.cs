using System.Globalization;
using Sshpod.Clusters.Objects;

namespace Sshpod.Targets;

/// <summary>What a pod belongs to, as far as the pod itself tells: no further request is made.</summary>
/// <param name="Kind">Its kind in lower case, such as <c>deployment</c>.</param>
/// <param name="Name">Its name.</param>
public sealed record PodWorkload(string Kind, string Name)
{
    // The pods of a Deployment's ReplicaSet carry it, and the ReplicaSet's name ends in it. Others' ReplicaSets have no such label.
    private const string TemplateHash = "pod-template-hash";

    // A job may be late or try again; two jobs with such a number by chance are years apart.
    private static readonly TimeSpan Delay = TimeSpan.FromDays(7);

    /// <summary>Finds it.</summary>
    /// <returns>Null for a pod that nothing controls.</returns>
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
    /// A CronJob names its jobs after itself and the scheduled time since 1970, in minutes, or in seconds before Kubernetes 1.21. That
    /// time is shortly before the pod's.
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
