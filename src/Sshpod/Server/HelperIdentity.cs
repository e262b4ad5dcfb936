using System.Globalization;
using Sshpod.Clusters.Objects;

namespace Sshpod.Server;

/// <summary>
/// The user and group that the runtime gives to a process of a container, as far as they are known without asking it. The kernel lets such
/// a process see a helper's files only if both are the same there.
/// </summary>
/// <param name="Uid">The user; null when unknown.</param>
/// <param name="Gid">The group; null when unknown.</param>
/// <param name="MustNotBeRoot">Whether the kubelet starts no container as root in this pod.</param>
/// <param name="Inherited">The user that a container without a securityContext gets from the pod; null for that of its image.</param>
/// <param name="ContainerId">The whole ID of the container, by which its processes are known among others; null when unknown.</param>
public sealed record HelperIdentity(
    long? Uid, long? Gid, bool MustNotBeRoot = false, long? Inherited = null, string? ContainerId = null)
{
    // Of an ended helper that had guessed wrongly.
    private const string Word = "user";

    /// <summary>Whether nothing has to be guessed or looked up in the container.</summary>
    public bool IsKnown => Uid is not null && Gid is not null;

    /// <summary>
    /// What a pod says: first what the container was started with (Kubernetes 1.31), then what an ended helper has found, then the spec.
    /// The main process is not asked, since it may have changed its user.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="container">The container.</param>
    public static HelperIdentity Of(Pod pod, PodContainer container)
    {
        var (own, all) = ((pod.Spec.Containers ?? []).Concat(pod.Spec.InitContainers ?? []).Concat(pod.Spec.EphemeralContainers ?? [])
            .FirstOrDefault(other => other.Name == container.Container)?.SecurityContext, pod.Spec.SecurityContext);
        var found = Started(pod, container.Container) ?? Found(pod, container)
            ?? new HelperIdentity(own?.RunAsUser ?? all?.RunAsUser, own?.RunAsGroup ?? all?.RunAsGroup);
        // The helper inherits the pod's word, and not the container's.
        return found with
        {
            MustNotBeRoot = all?.RunAsNonRoot == true,
            Inherited = all?.RunAsUser,
            ContainerId = Id(pod, container.Container),
        };
    }

    /// <summary>The identity as <c>stage.sh</c> takes it.</summary>
    internal string Argument => string.Create(CultureInfo.InvariantCulture, $"{Uid} {Gid}{(ContainerId is null ? "" : $" {ContainerId}")}");

    /// <summary>What a helper that ends leaves in its status for the next one.</summary>
    /// <param name="uid">The user of the container's main process.</param>
    /// <param name="gid">Its group.</param>
    internal static string Message(long uid, long gid) => string.Create(CultureInfo.InvariantCulture, $"{Word} {uid} {gid}");

    private static HelperIdentity? Started(Pod pod, string container) =>
        Status(pod, container)?.User?.Linux is { } user ? new HelperIdentity(user.Uid, user.Gid) : null;

    // "containerd://4f5c…": it goes into a script's argument.
    private static string? Id(Pod pod, string container) =>
        Status(pod, container)?.ContainerId?.Split('/')[^1] is { Length: 64 } id && id.All(char.IsAsciiLetterOrDigit) ? id : null;

    private static ContainerStatus? Status(Pod pod, string container) =>
        (pod.Status.ContainerStatuses ?? []).Concat(pod.Status.InitContainerStatuses ?? []).Concat(pod.Status.EphemeralContainerStatuses
            ?? [])
        .FirstOrDefault(status => status.Name == container);

    private static HelperIdentity? Found(Pod pod, PodContainer container) => HelperEntry.Of(pod, container)
        .Select(entry => entry.Ended?.Message?.Trim().Split(' '))
        .Select(words => words is [Word, var user, var group] && Id(user) is { } uid && Id(group) is { } gid
            ? new HelperIdentity(uid, gid) : null)
        .LastOrDefault(identity => identity is not null);

    private static long? Id(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= uint.MaxValue ? id : null;
}
