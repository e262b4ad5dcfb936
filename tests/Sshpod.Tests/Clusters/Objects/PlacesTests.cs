using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters.Objects;

public class PlacesTests
{
    private static readonly Volume EmptyDir = new("v", new EmptyDirVolumeSource());

    [Fact]
    public void A_volume_of_one_container_is_private_and_needs_no_argument() =>
        Assert.Equal([], Arguments([Mounting("main", 1000)]));

    [Theory]
    [InlineData(1000L, 2000L, "=/v")]
    [InlineData(1000L, 1000L, "-/v")]
    [InlineData(1000L, 0L, "-/v")]
    [InlineData(1000L, null, "-/v")]
    [InlineData(null, 2000L, "-/v")]
    [InlineData(0L, 2000L, "=/v")]
    public void A_volume_that_another_container_mounts_is_used_only_where_that_one_cannot_have_our_UID(
        long? ours, long? theirs, string expected) =>
        Assert.Contains(expected, Arguments([Mounting("main", ours), Mounting("other", theirs)]));

    [Fact]
    public void The_user_of_the_pod_is_that_of_containers_that_set_none() =>
        Assert.Contains("-/v", Arguments([Mounting("main", null), Mounting("other", null)], podUser: 1000));

    [Fact]
    public void Dev_shm_is_shared_by_all_containers()
    {
        Assert.Equal(["-/dev/shm", "+/v"], Arguments([Mounting("main", 1000), new Container("other")]));
        Assert.Equal(
            ["+/v", "=/dev/shm"], Arguments([Mounting("main", 1000), new Container("other", SecurityContext: new SecurityContext(2000))]));
        Assert.Equal(["-/dev/shm", "+/v"], Arguments([Mounting("main", 1000)], hostIpc: true));
        Assert.Equal([], Arguments([new Container("main", VolumeMounts: [new VolumeMount("v", "/dev/shm")])]));
    }

    [Theory]
    [InlineData(null, 1000L, 1000L, Sharing.Own)]
    [InlineData(true, 1000L, 2000L, Sharing.OtherUsers)]
    [InlineData(true, 1000L, 1000L, Sharing.SameUser)]
    [InlineData(true, 1000L, 0L, Sharing.SameUser)]
    [InlineData(true, null, 2000L, Sharing.SameUser)]
    public void Who_shares_the_processes_may_be_the_same_user(bool? isShared, long? ours, long? theirs, Sharing expected)
    {
        var pod = Pod([Mounting("main", ours), Mounting("other", theirs)], EmptyDir);
        pod = pod with { Spec = pod.Spec with { ShareProcessNamespace = isShared } };
        Assert.Equal(expected, Places.Of(pod, "main").Processes);
        Assert.Equal(expected is Sharing.SameUser, Places.Of(pod, "main").AreProcessesRefused);
        // Without the other container, and with one of ours for it.
        pod = pod with
        {
            Spec = pod.Spec with
            {
                Containers = [Mounting("main", ours)],
                EphemeralContainers = [new Container("sshpod-1f2e3d4c", TargetContainerName: "other")],
            },
        };
        Assert.Equal(Sharing.Own, Places.Of(pod, "main").Processes);
        pod = pod with { Spec = pod.Spec with { HostPID = true } };
        Assert.Equal(Sharing.Outside, Places.Of(pod, "main").Processes);
        Assert.NotEqual(Places.Of(pod, "main"), Places.Of(pod with { Spec = pod.Spec with { HostPID = null } }, "main"));
    }

    [Theory]
    [InlineData(1000L, 2000L, Sharing.OtherUsers)]
    [InlineData(1000L, 1000L, Sharing.SameUser)]
    [InlineData(1000L, 0L, Sharing.SameUser)]
    [InlineData(1000L, null, Sharing.SameUser)]
    [InlineData(null, 2000L, Sharing.SameUser)]
    public void The_users_of_images_are_those_that_the_node_has_found(long? ours, long? theirs, Sharing expected)
    {
        var pod = Pod([Mounting("main", null), Mounting("other", null)], EmptyDir);
        pod = pod with
        {
            Spec = pod.Spec with { ShareProcessNamespace = true },
            Status = pod.Status with { ContainerStatuses = [Started("main", ours), Started("other", theirs)] },
        };
        Assert.Equal(expected, Places.Of(pod, "main").Processes);
        Assert.All(Places.Of(pod, "main").Volumes, volume => Assert.Equal(expected, volume.Sharing));
        // The spec's word goes first.
        pod = pod with { Spec = pod.Spec with { Containers = [Mounting("main", 3000), Mounting("other", 3000)] } };
        Assert.Equal(Sharing.SameUser, Places.Of(pod, "main").Processes);

        static ContainerStatus Started(string name, long? user) =>
            new(name, User: user is { } uid ? new ContainerUser(new LinuxContainerUser(uid, 0)) : null);
    }

    [Fact]
    public void A_container_that_is_only_called_like_ours_counts()
    {
        var pod = Pod([Mounting("main", 1000), Mounting("sshpod-0123abcd", 1000) with { TargetContainerName = "main" }], EmptyDir);
        pod = pod with { Spec = pod.Spec with { ShareProcessNamespace = true } };
        Assert.Equal(Sharing.SameUser, Places.Of(pod, "main").Processes);
        Assert.All(Places.Of(pod, "main").Volumes, volume => Assert.Equal(Sharing.SameUser, volume.Sharing));
    }

    [Fact]
    public void A_volume_that_other_pods_can_mount_counts_as_shared() =>
        Assert.Contains("-/v", Arguments([Mounting("main", 1000)], new Volume("v")));

    [Fact]
    public void Volumes_that_Kubernetes_writes_are_not_used() =>
        Assert.Equal(
            ["-/dev/shm"], Arguments([Mounting("main", null), Mounting("other", null)], new Volume("v", Secret: new VolumeSource())));

    [Theory]
    [InlineData(false, null, "-/v")]
    [InlineData(true, null, null)]
    [InlineData(true, "Always", "-/v")]
    public void An_init_container_counts_until_it_has_ended(bool hasEnded, string? restarts, string? expected)
    {
        var state = hasEnded ? new ContainerState(Terminated: new ContainerStateDetail()) : new ContainerState(Running: new());
        var pod = Pod([Mounting("main", 1000)], EmptyDir);
        pod = pod with
        {
            Spec = pod.Spec with { InitContainers = [Mounting("init", 1000) with { RestartPolicy = restarts }] },
            Status = pod.Status with { InitContainerStatuses = [new ContainerStatus("init", State: state)] },
        };
        Assert.Equal(expected, Places.Of(pod, "main").Arguments(IsTooSmall, trustsAll: false).FirstOrDefault());
    }

    [Fact]
    public void A_path_is_below_the_root_however_it_is_written() =>
        Assert.Equal(["-/tmp/v", "-/dev/shm"], Arguments(
            [new Container("main", VolumeMounts: [new VolumeMount("v", "tmp//./v/")]),
                new Container("other", VolumeMounts: [new VolumeMount("v", "/v")])], EmptyDir));

    [Fact]
    public void A_volume_mounted_inside_a_shared_one_is_shared_too()
    {
        var main = new Container("main", SecurityContext: new SecurityContext(1000),
            VolumeMounts: [new VolumeMount("v", "/v"), new VolumeMount("own", "/v/own")]);
        var pod = Pod([main, Mounting("other", 1000)], EmptyDir, new Volume("own", new EmptyDirVolumeSource()));
        Assert.Equal(["-/v", "-/v/own", "-/dev/shm"], Places.Of(pod, "main").Arguments(IsTooSmall, trustsAll: false));
    }

    [Fact]
    public void An_ephemeral_container_counts()
    {
        var pod = Pod([Mounting("main", 1000)], EmptyDir);
        pod = pod with { Spec = pod.Spec with { EphemeralContainers = [Mounting("debugger", null)] } };
        Assert.Contains("-/v", Places.Of(pod, "main").Arguments(IsTooSmall, trustsAll: false));
    }

    [Fact]
    public void More_volumes_than_a_URL_holds_refuse_what_is_not_named()
    {
        var mounts = Enumerable.Range(0, 200).Select(i => new VolumeMount("v", $"/mounted/at/{i}"))
            .Append(new VolumeMount("own", "/own")).ToArray();
        var pod = Pod([new Container("main", VolumeMounts: mounts)], new Volume("v"), new Volume("own", new EmptyDirVolumeSource()));
        Assert.Equal(["-/", "+/own", "+/dev/shm"], Places.Of(pod, "main").Arguments(IsTooSmall, trustsAll: false));
    }

    [Fact]
    public void Equal_places_are_equal() =>
        Assert.Equal(Places.Of(Pod([Mounting("main", 1000)], EmptyDir), "main"),
            Places.Of(Pod([Mounting("main", 1000)], EmptyDir), "main"));

    [Theory]
    [InlineData("1Mi", null, null, "</v +/v +/dev/shm")]
    [InlineData("1Gi", null, null, "")]
    [InlineData("0", null, null, "")]
    [InlineData(null, null, null, "")]
    [InlineData("something", null, null, "")]
    [InlineData("1Mi", "Memory", null, "</v +/v +/dev/shm")]
    [InlineData(null, null, "1Mi", "</v </ +/v +/dev/shm")]
    [InlineData("1Gi", null, "1Mi", "</v </ +/v +/dev/shm")]
    [InlineData(null, "Memory", "1Mi", "</ +/v +/dev/shm")]
    public void What_the_kubelet_would_evict_the_pod_for_is_marked(string? sizeLimit, string? medium, string? storage, string expected) =>
        Assert.Equal(expected, string.Join(' ',
            Arguments([Mounting("main", 1000) with { Resources = Storage(storage) }],
                new Volume("v", new EmptyDirVolumeSource(sizeLimit, medium)))));

    [Theory]
    [InlineData("8Mi", null, "</v </")]
    [InlineData("8Mi", "8Mi", "</")]
    [InlineData(null, "8Mi", "</v </")]
    [InlineData("64Mi", "8Mi", "")]
    public void The_limit_of_the_pod_is_the_sum_of_those_of_its_containers(string? main, string? other, string expected)
    {
        var own = Mounting("main", 1000) with { Resources = Storage(main) };
        var places = Places.Of(Pod([own, new Container("other", Resources: Storage(other))], EmptyDir), "main");
        var arguments = places.Arguments(room => room?.Bytes < 10_000_000, trustsAll: false);
        Assert.Equal(expected, string.Join(' ', arguments.Where(argument => argument[0] == '<')));
    }

    [Theory]
    [InlineData("1Mi", "64Mi", null, 64)]
    [InlineData("64Mi", "1Mi", null, 64)]
    [InlineData("4Mi", "2Mi", "Always", 6)]
    [InlineData(null, null, null, null)]
    public void An_init_container_raises_the_limit_of_the_pod(string? main, string? init, string? restarts, int? expected)
    {
        var pod = Pod([new Container("main", Resources: Storage(main))]);
        var before = new Container("init", RestartPolicy: restarts, Resources: Storage(init));
        pod = pod with { Spec = pod.Spec with { InitContainers = [before] } };
        Assert.Equal(expected * (1L << 20), Room.Of(pod.Spec)?.Bytes);
    }

    [Fact]
    public void A_volume_that_is_too_small_is_not_used_even_when_shared_places_are_allowed()
    {
        var pod = Pod([Mounting("main", 1000), Mounting("other", 1000)], new Volume("v", new EmptyDirVolumeSource("1Mi")));
        Assert.Equal(["</v", "+/v", "+/dev/shm"], Places.Of(pod, "main").Arguments(IsTooSmall, trustsAll: true));
        Assert.Equal("a sizeLimit", Places.Of(pod, "main").RoomAt("/v")?.Limit);
    }

    [Fact]
    public void A_volume_behind_a_link_is_known_by_the_end_of_its_path()
    {
        var main = new Container("main", VolumeMounts: [new VolumeMount("v", "/var/run/collector")]);
        var places = Places.Of(Pod([main], new Volume("v", new EmptyDirVolumeSource("1Mi"))), "main");
        Assert.Equal("v", places.Find("/run/collector")?.Volume);
        Assert.Null(places.Find("/collect"));
        Assert.Null(places.Find("/"));
    }

    private static bool IsTooSmall(Room? room) => room?.Bytes < 2_000_000;

    private static ResourceRequirements? Storage(string? limit) =>
        limit is null ? null : new(new Dictionary<string, string> { ["ephemeral-storage"] = limit });

    private static IEnumerable<string> Arguments(Container[] containers, Volume? volume = null, long? podUser = null, bool hostIpc = false)
    {
        var pod = Pod(containers, volume ?? EmptyDir);
        pod = pod with { Spec = pod.Spec with { SecurityContext = new SecurityContext(podUser), HostIPC = hostIpc } };
        return Places.Of(pod, "main").Arguments(IsTooSmall, trustsAll: false);
    }

    private static Container Mounting(string name, long? user) =>
        new(name, VolumeMounts: [new VolumeMount("v", "/v")], SecurityContext: user is null ? null : new SecurityContext(user));

    private static Pod Pod(Container[] containers, params Volume[] volumes)
    {
        var pod = Targets.Objects.Pod("p");
        return pod with { Spec = pod.Spec with { Containers = containers, Volumes = volumes } };
    }
}
