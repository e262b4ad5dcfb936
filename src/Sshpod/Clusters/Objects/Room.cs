namespace Sshpod.Clusters.Objects;

/// <summary>
/// How much may be written to a place before the kubelet evicts the pod: it compares, now and then, what all together have written there,
/// and nothing stops the writers. How much the application has written is not known.
/// </summary>
/// <param name="Bytes">The limit.</param>
/// <param name="Limit">What sets it, for messages.</param>
public sealed record Room(long Bytes, string Limit)
{
    private const string EphemeralStorage = "ephemeral-storage";

    /// <summary>The lower one of two limits, either of which may be none.</summary>
    public static Room? Least(Room? one, Room? other) => one is null ? other : other is null || one.Bytes <= other.Bytes ? one : other;

    /// <summary>Of an emptyDir itself. 0 is no limit, in memory too.</summary>
    public static Room? Of(EmptyDirVolumeSource volume) =>
        Quantity.Bytes(volume.SizeLimit) is { } bytes and > 0 ? new Room(bytes, "a sizeLimit") : null;

    /// <summary>
    /// Of a container's file system: for what it has written there, and its logs (kubelet, containerEphemeralStorageLimitEviction). 0 is no
    /// limit.
    /// </summary>
    public static Room? Of(Container container) =>
        LimitOf(container) is { } bytes and > 0 ? new Room(bytes, "an ephemeral-storage limit") : null;

    /// <summary>
    /// Of a pod: for all its containers, and the emptyDirs that are not in memory (kubelet, podEphemeralStorageLimitEviction). It is the
    /// sum of the limits that are set; init containers that end run one after another, beside those that stay.
    /// </summary>
    public static Room? Of(PodSpec pod)
    {
        long? limit = null, staying = null;
        foreach (var init in pod.InitContainers ?? [])
        {
            if (init.RestartPolicy == "Always")
                staying = Sum(staying, LimitOf(init));
            limit = Most(limit, init.RestartPolicy == "Always" ? staying : Sum(staying, LimitOf(init)));
        }
        limit = Most(limit, (pod.Containers ?? []).Select(LimitOf).Append(staying).Aggregate(Sum));
        return limit is { } bytes ? new Room(bytes, "an ephemeral-storage limit of the pod") : null;

        static long? Most(long? one, long? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);
    }

    private static long? Sum(long? one, long? other) =>
        one is null ? other : other is null ? one : one.Value > long.MaxValue - other.Value ? long.MaxValue : one + other;

    private static long? LimitOf(Container container) => Quantity.Bytes(container.Resources?.Limits?.GetValueOrDefault(EphemeralStorage));
}
