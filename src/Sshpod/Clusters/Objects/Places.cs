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

    /// <summary>Whoever mounts it in another pod, or the node.</summary>
    Outside,
}

/// <summary>A directory of a container that is a volume, or <c>/dev/shm</c>.</summary>
/// <param name="Path">Where the pod's specification mounts it.</param>
/// <param name="Volume">Its name there; null for <c>/dev/shm</c>.</param>
/// <param name="Sharing">Who else can write to it.</param>
/// <param name="Room">What may be written there; null where no limit is known.</param>
public sealed record MountedVolume(string Path, string? Volume, Sharing Sharing, Room? Room = null)
{
    /// <summary>What others on it could do as us must be impossible, and not only forbidden by a mode.</summary>
    public bool IsRefused => Sharing is Sharing.SameUser or Sharing.Outside;

    /// <summary>How messages name it.</summary>
    public override string ToString() => Volume is null ? Path : $"volume \"{Volume}\" at {Path}";
}

/// <summary>
/// What the pod's specification says of the places in a container: a server in a volume that a process of our UID writes in another
/// container is that process's. The root file system is the container's own; what is mounted without standing in the specification (a
/// VOLUME of the image, what the runtime adds) is taken for the container's own too.
/// </summary>
/// <remarks>
/// <para>Whoever shares the process namespace (shareProcessNamespace, hostPID) reaches a container's files through /proc/PID/root only
/// where the kernel would let it trace that process: that is a process of the same UID and no fewer capabilities, which could take over the
/// container's own processes without us. So these change nothing here.</para>
/// <para>An init container that has ended writes no more; one that is still to come, or comes again, does.</para>
/// </remarks>
/// <param name="Volumes">All volumes whose content is not Kubernetes' own.</param>
/// <param name="Root">What may be written to the container's file system; null where no limit is known.</param>
public sealed record Places(IReadOnlyList<MountedVolume> Volumes, Room? Root = null)
{
    // They travel in the exec request's URL, beside the script.
    private const int MaxLength = 1200;

    /// <summary>A container without volumes.</summary>
    public static Places None { get; } = new([]);

    /// <summary>Reads them from a pod.</summary>
    public static Places Of(Pod pod, string container)
    {
        var all = All(pod).ToArray();
        if (all.FirstOrDefault(other => other.Name == container) is not { } own)
            return None;
        var others = all.Where(other => other != own && !HasEnded(pod, other)).ToArray();
        var sources = (pod.Spec.Volumes ?? []).ToLookup(volume => volume.Name);
        var limitOfPod = Room.Of(pod.Spec);
        var mounted = (own.VolumeMounts ?? [])
            .Where(mount => !sources[mount.Name].Any(volume => volume.IsKubernetesOwn))
            .Select(mount => sources[mount.Name].FirstOrDefault(volume => volume.IsOfPod) is { EmptyDir: { } directory }
                ? new MountedVolume(Absolute(mount.MountPath), mount.Name, Among(others.Where(other => Mounts(other, mount.Name))),
                    Room.Least(Room.Of(directory), directory.Medium == "Memory" ? null : limitOfPod))
                : new MountedVolume(Absolute(mount.MountPath), mount.Name, Sharing.Outside))
            .ToList();
        // All containers of a pod have one, unless they mount something there.
        if (mounted.TrueForAll(volume => volume.Path != "/dev/shm"))
            mounted.Add(new MountedVolume("/dev/shm", null, pod.Spec.HostIPC == true ? Sharing.Outside : Among(others)));
        // Who can write to the volume above can put another directory where one is mounted in it.
        return new Places([.. mounted.Select(volume => volume with
        {
            Sharing = mounted.Where(other => IsAt(volume.Path, other.Path)).Max(other => other.Sharing),
        })], Room.Least(Room.Of(own), limitOfPod));

        Sharing Among(IEnumerable<Container> sharing) => sharing.Select(UserOf).ToArray() switch
        {
            [] => Sharing.Own,
            var users when UserOf(own) is { } us && users.All(user => user is { } known && known != 0 && known != us) => Sharing.OtherUsers,
            _ => Sharing.SameUser,
        };

        long? UserOf(Container other) => other.SecurityContext?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser;
    }

    /// <summary>Arguments of the scripts, see <c>places.sh</c>.</summary>
    /// <param name="isTooSmall">Whether a place with such a limit is left alone.</param>
    /// <param name="trustsAll">Whether it does not matter who else can write to a volume.</param>
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
        // Only what is beneath another one needs to be told apart from what is not mentioned.
        if (small.Count == 0 && !marked.Exists(argument => argument[0] != '+'))
            return [];
        if (small.Concat(marked).Sum(argument => argument.Length + 1) <= MaxLength)
            return small.Concat(marked);
        // Far more volumes than a URL holds: then what is not named is refused.
        var length = 0;
        return marked.Where(argument => argument[0] != '-' && !small.Contains($"<{argument[1..]}"))
            .TakeWhile(argument => (length += argument.Length + 1) <= MaxLength).Prepend("-/");
    }

    /// <summary>
    /// The volume that the container says a directory is on. It says where the kernel has mounted it, and the specification may go through
    /// a link, such as /var/run.
    /// </summary>
    public MountedVolume? Find(string path) =>
        Volumes.FirstOrDefault(volume => volume.Path == Absolute(path))
        ?? (path.Length > 1 ? Volumes.FirstOrDefault(volume => volume.Path.EndsWith(Absolute(path), StringComparison.Ordinal)) : null);

    /// <summary>The limit of what the container says a directory is on.</summary>
    public Room? RoomAt(string path) => Find(path) is { } volume ? volume.Room : path == "/" ? Root : null;

    /// <inheritdoc/>
    public bool Equals(Places? other) => other is not null && Root == other.Root && Volumes.SequenceEqual(other.Volumes);

    /// <inheritdoc/>
    public override int GetHashCode() => Volumes.Aggregate(0, HashCode.Combine);

    // A path of the specification is below the root of the container, however it begins.
    private static string Absolute(string path) => "/" + string.Join('/', path.Split('/').Where(part => part is not ("" or ".")));

    private static bool IsAt(string path, string above) =>
        path == above || path.StartsWith(above.TrimEnd('/') + "/", StringComparison.Ordinal);

    private static IEnumerable<Container> All(Pod pod) =>
        (pod.Spec.Containers ?? []).Concat(pod.Spec.InitContainers ?? []).Concat(pod.Spec.EphemeralContainers ?? []);

    private static bool Mounts(Container container, string volume) => container.VolumeMounts?.Any(mount => mount.Name == volume) == true;

    private static bool HasEnded(Pod pod, Container container) =>
        pod.Spec.Containers?.Contains(container) != true && container.RestartPolicy != "Always"
        && (pod.Status.InitContainerStatuses ?? []).Concat(pod.Status.EphemeralContainerStatuses ?? [])
            .Any(status => status.Name == container.Name && status.State?.Terminated is not null);
}
