using System.Globalization;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;

namespace Sshpod.Targets;

/// <summary>The object that pods belong to.</summary>
/// <param name="Kind">Its kind, as kubectl names it: <c>deployment</c>. It need not be a kind of target: <c>node</c>.</param>
/// <param name="Name">Its name.</param>
public sealed record PodOwner(string Kind, string Name)
{
    // Set on the pods of a Deployment's ReplicaSet, whose name ends in it. Other ReplicaSets have no such label.
    private const string TemplateHash = "pod-template-hash";

    // A job may start late or be retried; a number that matches by chance is years off.
    private static readonly TimeSpan Delay = TimeSpan.FromDays(7);

    /// <summary>The owner of a pod, as far as the pod itself tells; makes no further request.</summary>
    /// <returns>Null for a pod without a controller.</returns>
    public static PodOwner? Of(Pod pod)
    {
        if (pod.Metadata.Controller is not { Kind: { } kind, Name: { } name })
            return null;
        if (kind == nameof(TargetKind.ReplicaSet) && pod.Metadata.Labels?.GetValueOrDefault(TemplateHash) is { Length: > 0 } hash
            && name.Length > hash.Length + 1 && name.EndsWith($"-{hash}", StringComparison.Ordinal))
            return new PodOwner(HostName.Prefix(TargetKind.Deployment), name[..^(hash.Length + 1)]);
        if (kind == nameof(TargetKind.Job) && CronJobOf(name, pod.Metadata.CreationTimestamp) is { } cronJob)
            return new PodOwner(HostName.Prefix(TargetKind.CronJob), cronJob);
        return new PodOwner(kind.ToLowerInvariant(), name);
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
