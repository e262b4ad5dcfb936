using Sshpod.Clusters.Objects;
using Sshpod.Server;

namespace Sshpod.Tests.Server;

public class HelperIdentityTests
{
    private static readonly PodContainer Container = new("shop", "web", "uid", "app", "0123456789abcdef");

    [Fact]
    public void What_the_container_was_started_with_goes_before_the_spec()
    {
        var pod = Pod(new(RunAsUser: 1000, RunAsGroup: 1000), null, new(new(0, 5)));
        Assert.Equal(new HelperIdentity(0, 5), HelperIdentity.Of(pod, Container));
    }

    [Fact]
    public void The_containers_own_word_goes_before_the_pods_for_each_of_the_two()
    {
        var pod = Pod(new(RunAsUser: 1000), new(RunAsUser: 5, RunAsGroup: 6));
        Assert.Equal(new HelperIdentity(1000, 6, Inherited: 5), HelperIdentity.Of(pod, Container));
    }

    [Fact]
    public void Without_a_word_nothing_is_known() => Assert.Equal(new HelperIdentity(null, null), HelperIdentity.Of(Pod(null, null),
        Container));

    [Fact]
    public void What_an_ended_helper_has_found_goes_before_the_spec()
    {
        var pod = Pod(null, new(RunAsNonRoot: true));
        pod = pod with
        {
            Spec = pod.Spec with { EphemeralContainers = [new(HelperName.Of(Container, 0), TargetContainerName: "app")] },
            Status = pod.Status with
            {
                EphemeralContainerStatuses = [new(HelperName.Of(Container, 0), "containerd://1",
                    new(Terminated: new("Completed", HelperIdentity.Message(1000, 3000) + "\n", 0)))],
            },
        };
        Assert.Equal(new HelperIdentity(1000, 3000, MustNotBeRoot: true), HelperIdentity.Of(pod, Container));
    }

    [Theory]
    // Known: those, and nothing else.
    [InlineData(0, 0, false, "0:0")]
    [InlineData(65532, 65532, true, "65532:65532 not root")]
    [InlineData(1000, 0, false, "1000:0 not root")]
    // Not known: root that changes, and where that is refused, the likely one.
    [InlineData(null, null, false, "0:0 changes, 65532:65532 not root")]
    [InlineData(1000, null, false, "0:0 changes, 1000:0 not root")]
    [InlineData(65532, null, false, "0:0 changes, 65532:65532 not root")]
    // The kubelet would not start root.
    [InlineData(null, null, true, "65532:65532 not root")]
    [InlineData(null, 3000, true, "65532:3000 not root")]
    [InlineData(1000, null, true, "1000:0 not root")]
    public void The_bodies_follow_from_what_is_known(int? uid, int? gid, bool mustNotBeRoot, string bodies) =>
        Assert.Equal(bodies, string.Join(", ", HelperBody.Choose(new(uid, gid, mustNotBeRoot)).Select(body =>
            $"{body.Uid}:{body.Gid}{(body.Changes ? " changes" : "")}{(body.MustNotBeRoot ? " not root" : "")}")));

    [Theory]
    [InlineData(null, null, null, true)]
    [InlineData(65532, null, null, true)]
    [InlineData(65532, 65532, 65532, false)]
    [InlineData(0, 0, 0, false)]
    public void Where_a_helper_has_no_security_context_it_changes_unless_the_pod_sets_its_user(int? uid, int? gid, int? inherited,
        bool changes)
        => Assert.Equal(changes, HelperBody.WithoutContext(new(uid, gid, Inherited: inherited)).Changes);

    private static Pod Pod(SecurityContext? own, SecurityContext? all, ContainerUser? user = null) => new(
        new ObjectMeta("web", "shop", "uid"), new PodSpec([new("app", SecurityContext: own)], SecurityContext: all),
        new PodStatus("Running", ContainerStatuses: [new("app", "containerd://0123456789abcdef0123", new(Running: new()), User: user)]));
}
