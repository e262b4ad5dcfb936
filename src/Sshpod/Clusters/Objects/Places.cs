namespace Sshpod.Clusters.Objects;

/// <summary>Who else can write to a volume of a container.</summary>
public enum Sharing
{
    /// <summary>Nobody: no other container mounts it.</summary>
    Own,

    /// <summary>Containers that run as other users than this one, and not as root.</summary>
    OtherUsers,

    /// <summary>Another container of the pod that may have this one's UID, or root's.</summary>
    SameUser,

    /// <summary>Other pods that mount it, or the node.</summary>
    Outside,
}

/// <summary>A directory of a container that is a volume, or <c>/dev/shm</c>.</summary>
/// <param name="Path">Where the pod's spec mounts it.</param>
/// <param name="Volume">Its name there; null for <c>/dev/shm</c>.</param>
/// <param name="Sharing">Who else can write to it.</param>
/// <param name="Room">How much may be written there; null when no limit is known.</param>
public sealed record MountedVolume(string Path, string? Volume, Sharing Sharing, Room? Room = null)
{
    /// <summary>Whether others can write to it as us: that must be impossible, not just forbidden by a file mode.</summary>
    public bool IsRefused => Places.IsRefused(Sharing);

    /// <summary>How messages name it.</summary>
    public override string ToString() => Volume is null ? Path : $"volume \"{Volume}\" at {Path}";
}

/// <summary>
/// What the pod's spec says about the places in a container. If a process with our UID in another container can write to a volume, it
/// controls any server there. The root file system is the container's own; mounts that are not in the spec (a VOLUME of the image, those
/// that the runtime adds) are treated as the container's own too.
/// </summary>
/// <remarks>
/// <para>A process that shares the process namespace (shareProcessNamespace, hostPID) reaches a container's files through /proc/PID/root
/// only if the kernel would let it trace that process: it has the same UID and no fewer capabilities, and could take over the container's
/// own processes without us. So these settings change nothing here; but they do for a helper, which has no capability at all, see
/// <see cref="Processes"/>.</para>
/// <para>An init container that has ended no longer writes; one that has yet to run, or runs again, does.</para>
/// </remarks>
/// <param name="Volumes">All volumes whose content is not written by Kubernetes.</param>
/// <param name="Root">How much may be written to the container's file system; null when no limit is known.</param>
/// <param name="Processes">
/// Who else sees its processes, and so the files of an ephemeral container that is added for it. One that another user has added for it
/// does not count: that took the right to do more than its processes can.
/// </param>
public sealed record Places(IReadOnlyList<MountedVolume> Volumes, Room? Root = null, Sharing Processes = Sharing.Own)
{
    // The arguments are sent in the URL of the exec request, with the script.
    private const int MaxLength = 1200;

    /// <summary>Whether others can reach an ephemeral container as us.</summary>
    public bool AreProcessesRefused => IsRefused(Processes);

    /// <summary>A container without volumes.</summary>
    public static Places None { get; } = new([]);

    /// <summary>Reads the places from a pod.</summary>
    public static Places Of(Pod pod, string container)
    {
        var all = All(pod).ToArray();
        if (all.FirstOrDefault(other => other.Name == container) is not { } own)
            return None;
        // A helper of this container runs our shell as the same user, and nothing else.
        var others = all.Where(other => other != own && !HasEnded(pod, other)
            && !(other.TargetContainerName == container && IsHelper(pod, other))).ToArray();
        var sources = (pod.Spec.Volumes ?? []).ToLookup(volume => volume.Name);
        var limitOfPod = Room.Of(pod.Spec);
        var mounted = (own.VolumeMounts ?? [])
            .Where(mount => !sources[mount.Name].Any(volume => volume.IsKubernetesOwn))
            .Select(mount => sources[mount.Name].FirstOrDefault(volume => volume.IsOfPod) is { EmptyDir: { } directory }
                ? new MountedVolume(Absolute(mount.MountPath), mount.Name, Among(others.Where(other => Mounts(other, mount.Name))),
                    Room.Least(Room.Of(directory), directory.Medium == "Memory" ? null : limitOfPod))
                : new MountedVolume(Absolute(mount.MountPath), mount.Name, Sharing.Outside))
            .ToList();
        // All containers of a pod share one, unless they mount something there.
        if (mounted.TrueForAll(volume => volume.Path != "/dev/shm"))
            mounted.Add(new MountedVolume("/dev/shm", null, pod.Spec.HostIPC == true ? Sharing.Outside : Among(others)));
        // A container that can write to a volume can replace the directories on which others are mounted in it.
        return new Places([.. mounted.Select(volume => volume with
        {
            Sharing = mounted.Where(other => IsAt(volume.Path, other.Path)).Max(other => other.Sharing),
        })], Room.Least(Room.Of(own), limitOfPod), Seen());

        Sharing Among(IEnumerable<Container> sharing) => sharing.Select(UserOf).ToArray() switch
        {
            [] => Sharing.Own,
            var users when UserOf(own) is { } us && users.All(user => user is { } known && known != 0 && known != us) => Sharing.OtherUsers,
            _ => Sharing.SameUser,
        };

        // A helper of another container is that one's user, which counts anyway.
        Sharing Seen() => pod.Spec switch
        {
            { HostPID: true } => Sharing.Outside,
            { ShareProcessNamespace: true } => Among(others.Where(other => !IsHelper(pod, other))),
            _ => Sharing.Own,
        };

        // The user of the image is known from Kubernetes 1.31 on.
        long? UserOf(Container other) => other.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser
            ?? StatusOf(pod, other)?.User?.Linux?.Uid;
    }

    /// <summary>Arguments for the scripts, see <c>places.sh</c>.</summary>
    /// <param name="isTooSmall">Whether a place with such a limit is not used.</param>
    /// <param name="trustsAll">Whether to ignore who else can write to a volume.</param>
    /// <param name="without">Directories that have turned out not to be ours alone.</param>
    public IEnumerable<string> Arguments(Func<Room?, bool> isTooSmall, bool trustsAll, params IEnumerable<string> without)
    {
        var marked = without.Select(path => $"-{path}").Concat(Volumes
            .Select(volume => trustsAll ? volume with { Sharing = Sharing.Own } : volume)
            .OrderByDescending(volume => volume.IsRefused)
            .Select(volume => $"{(volume.IsRefused ? '-' : volume.Sharing == Sharing.Own ? '+' : '=')}{volume.Path}")).ToList();
        var small = Volumes.Where(volume => isTooSmall(volume.Room)).Select(volume => $"<{volume.Path}").ToList();
        if (isTooSmall(Root))
            small.Add("</");
        // A volume of the container's own needs a mention only beneath another kind.
        if (small.Count == 0 && !marked.Exists(argument => argument[0] != '+'))
            return [];
        if (small.Concat(marked).Sum(argument => argument.Length + 1) <= MaxLength)
            return small.Concat(marked);
        // Far more volumes than fit into a URL: those that are not named are refused.
        var length = 0;
        return marked.Where(argument => argument[0] != '-' && !small.Contains($"<{argument[1..]}"))
            .TakeWhile(argument => (length += argument.Length + 1) <= MaxLength).Prepend("-/");
    }

    /// <summary>
    /// The volume that a directory is on, as the container reports it. It reports the mount point in the kernel; the path in the spec may
    /// go through a link, such as /var/run.
    /// </summary>
    public MountedVolume? Find(string path) =>
        Volumes.FirstOrDefault(volume => volume.Path == Absolute(path))
        ?? (path.Length > 1 ? Volumes.FirstOrDefault(volume => volume.Path.EndsWith(Absolute(path), StringComparison.Ordinal)) : null);

    /// <summary>The limit of the place that a directory is on, as the container reports it.</summary>
    public Room? RoomAt(string path) => Find(path) is { } volume ? volume.Room : path == "/" ? Root : null;

    /// <inheritdoc/>
    public bool Equals(Places? other) => other is not null && Root == other.Root && Processes == other.Processes
        && Volumes.SequenceEqual(other.Volumes);

    /// <inheritdoc/>
    public override int GetHashCode() => Volumes.Aggregate(0, HashCode.Combine);

    /// <summary>Whether a path is another, or below it.</summary>
    internal static bool IsAt(string path, string above) =>
        path == above || path.StartsWith(above.TrimEnd('/') + "/", StringComparison.Ordinal);

    /// <summary>Whether others can be there as us.</summary>
    internal static bool IsRefused(Sharing sharing) => sharing is Sharing.SameUser or Sharing.Outside;

    // A path in the spec is relative to the container's root, however it begins.
    private static string Absolute(string path) => "/" + string.Join('/', path.Split('/').Where(part => part is not ("" or ".")));

    private static IEnumerable<Container> All(Pod pod) =>
        (pod.Spec.Containers ?? []).Concat(pod.Spec.InitContainers ?? []).Concat(pod.Spec.EphemeralContainers ?? []);

    // Any container may have such a name; an ephemeral one takes a right of its own.
    private static bool IsHelper(Pod pod, Container other) =>
        HelperName.IsOne(other.Name) && pod.Spec.EphemeralContainers?.Contains(other) == true;

    private static bool Mounts(Container container, string volume) => container.VolumeMounts?.Any(mount => mount.Name == volume) == true;

    private static bool HasEnded(Pod pod, Container container) =>
        pod.Spec.Containers?.Contains(container) != true && container.RestartPolicy != "Always"
        && StatusOf(pod, container)?.State?.Terminated is not null;

    private static ContainerStatus? StatusOf(Pod pod, Container container) => (pod.Status.ContainerStatuses ?? [])
        .Concat(pod.Status.InitContainerStatuses ?? []).Concat(pod.Status.EphemeralContainerStatuses ?? [])
        .FirstOrDefault(status => status.Name == container.Name);
}
