using Sshpod.Addressing;
using Sshpod.Clusters;

namespace Sshpod.Tests.Addressing;

public class PlacesTests
{
    private static readonly Volume EmptyDir = new("v", new EmptyDirVolumeSource());

    [Fact]
    public void A_volume_of_the_container_alone_is_its_own_and_needs_no_word() =>
        Assert.Equal([], Arguments([Mounting("main", 1000)]));

    [Theory]
    [InlineData(1000L, 2000L, "=/v")]
    [InlineData(1000L, 1000L, "-/v")]
    [InlineData(1000L, 0L, "-/v")]
    [InlineData(1000L, null, "-/v")]
    [InlineData(null, 2000L, "-/v")]
    [InlineData(0L, 2000L, "=/v")]
    public void A_volume_that_another_container_mounts_is_used_only_where_that_one_cannot_have_our_UID(long? ours, long? theirs, string expected) =>
        Assert.Contains(expected, Arguments([Mounting("main", ours), Mounting("other", theirs)]));

    [Fact]
    public void The_user_of_the_pod_is_that_of_containers_that_set_none() =>
        Assert.Contains("-/v", Arguments([Mounting("main", null), Mounting("other", null)], podUser: 1000));

    [Fact]
    public void Dev_shm_is_every_containers()
    {
        Assert.Equal(["-/dev/shm", "+/v"], Arguments([Mounting("main", 1000), new Container("other")]));
        Assert.Equal(["+/v", "=/dev/shm"], Arguments([Mounting("main", 1000), new Container("other", SecurityContext: new SecurityContext(2000))]));
        Assert.Equal(["-/dev/shm", "+/v"], Arguments([Mounting("main", 1000)], hostIpc: true));
        Assert.Equal([], Arguments([new Container("main", VolumeMounts: [new VolumeMount("v", "/dev/shm")])]));
    }

    [Fact]
    public void What_other_pods_can_mount_is_shared_with_whoever_they_are() =>
        Assert.Contains("-/v", Arguments([Mounting("main", 1000)], new Volume("v")));

    [Fact]
    public void What_Kubernetes_writes_is_no_place() =>
        Assert.Equal(["-/dev/shm"], Arguments([Mounting("main", null), Mounting("other", null)], new Volume("v", Secret: new VolumeSource())));

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
        Assert.Equal(expected, Places.Of(pod, "main").Arguments().FirstOrDefault());
    }

    [Fact]
    public void A_path_is_below_the_root_however_it_is_written() =>
        Assert.Equal(["-/tmp/v", "-/dev/shm"], Arguments(
            [new Container("main", VolumeMounts: [new VolumeMount("v", "tmp//./v/")]), new Container("other", VolumeMounts: [new VolumeMount("v", "/v")])], EmptyDir));

    [Fact]
    public void A_volume_in_one_that_others_can_write_to_is_no_better()
    {
        var main = new Container("main", SecurityContext: new SecurityContext(1000), VolumeMounts: [new VolumeMount("v", "/v"), new VolumeMount("own", "/v/own")]);
        var pod = Pod([main, Mounting("other", 1000)], EmptyDir, new Volume("own", new EmptyDirVolumeSource()));
        Assert.Equal(["-/v", "-/v/own", "-/dev/shm"], Places.Of(pod, "main").Arguments());
    }

    [Fact]
    public void An_ephemeral_container_counts()
    {
        var pod = Pod([Mounting("main", 1000)], EmptyDir);
        pod = pod with { Spec = pod.Spec with { EphemeralContainers = [Mounting("debugger", null)] } };
        Assert.Contains("-/v", Places.Of(pod, "main").Arguments());
    }

    [Fact]
    public void More_volumes_than_a_URL_holds_refuse_what_is_not_named()
    {
        var mounts = Enumerable.Range(0, 200).Select(i => new VolumeMount("v", $"/mounted/at/{i}")).Append(new VolumeMount("own", "/own")).ToArray();
        var pod = Pod([new Container("main", VolumeMounts: mounts)], new Volume("v"), new Volume("own", new EmptyDirVolumeSource()));
        Assert.Equal(["-/", "+/own", "+/dev/shm"], Places.Of(pod, "main").Arguments());
    }

    [Fact]
    public void Equal_places_are_equal() =>
        Assert.Equal(Places.Of(Pod([Mounting("main", 1000)], EmptyDir), "main"), Places.Of(Pod([Mounting("main", 1000)], EmptyDir), "main"));

    private static IEnumerable<string> Arguments(Container[] containers, Volume? volume = null, long? podUser = null, bool hostIpc = false)
    {
        var pod = Pod(containers, volume ?? EmptyDir);
        return Places.Of(pod with { Spec = pod.Spec with { SecurityContext = new SecurityContext(podUser), HostIPC = hostIpc } }, "main").Arguments();
    }

    private static Container Mounting(string name, long? user) =>
        new(name, VolumeMounts: [new VolumeMount("v", "/v")], SecurityContext: user is null ? null : new SecurityContext(user));

    private static Pod Pod(Container[] containers, params Volume[] volumes)
    {
        var pod = Objects.Pod("p");
        return pod with { Spec = pod.Spec with { Containers = containers, Volumes = volumes } };
    }
}
