namespace Sshpod.Clusters.Objects;

/// <summary>
/// How much may be written to a place before the kubelet evicts the pod. It checks the total from time to time, and nothing stops the
/// writers. How much the application has written is not known.
/// </summary>
/// <param name="Bytes">The limit.</param>
/// <param name="Limit">What sets the limit, for messages.</param>
public sealed record Room(long Bytes, string Limit)
{
    private const string EphemeralStorage = "ephemeral-storage";

    /// <summary>The lower of two limits, either of which may be missing.</summary>
    public static Room? Least(Room? one, Room? other) => one is null ? other : other is null || one.Bytes <= other.Bytes ? one : other;

    /// <summary>The limit of an emptyDir itself. 0 means no limit, also in memory.</summary>
    public static Room? Of(EmptyDirVolumeSource volume) =>
        Quantity.Bytes(volume.SizeLimit) is { } bytes and > 0 ? new Room(bytes, "a sizeLimit") : null;

    /// <summary>
    /// The limit of a container's file system: for what it has written there, and its logs (kubelet,
    /// containerEphemeralStorageLimitEviction). 0 means no limit.
    /// </summary>
    public static Room? Of(Container container) =>
        LimitOf(container) is { } bytes and > 0 ? new Room(bytes, "an ephemeral-storage limit") : null;

    /// <summary>
    /// The limit of a pod: for all its containers, and the emptyDirs that are not in memory (kubelet, podEphemeralStorageLimitEviction). It
    /// is the sum of the limits that are set; init containers run one at a time, beside sidecars.
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
