using Sshpod.Clusters.Objects;
using Sshpod.Targets;
using Sshpod.Terminal;
using static Sshpod.Tests.Targets.Objects;

namespace Sshpod.Tests.Targets;

public class ContainerChoiceTests
{
    [Fact]
    public void The_only_container_needs_no_name() =>
        Assert.Equal(new PodContainer("default", "p", "uid-of-p", "main", "0123456789abcdef"),
            ContainerChoice.Choose(Pod("p"), null).OrThrow() with { Places = null });

    [Fact]
    public void The_annotated_container_is_the_default_of_several()
    {
        var pod = Pod("p", containers: ["a", "b"]);
        pod = pod with
        {
            Metadata =
            pod.Metadata with { Annotations = new Dictionary<string, string> { [ContainerChoice.DefaultContainerAnnotation] = "b" } }
        };
        Assert.Equal("b", ContainerChoice.Choose(pod, null).OrThrow().Container);
        Assert.Equal("a", ContainerChoice.Choose(pod, "a").OrThrow().Container);
    }

    [Fact]
    public void Several_containers_without_a_default_are_listed()
    {
        var error = Assert.Throws<SshpodException>(() => ContainerChoice.Choose(Pod("p", containers: ["a", "b"]), null));
        Assert.Contains("has 2 containers: a, b", error.Message);
        Assert.Contains("container--a.pod--p.sshpod", error.Hint);
    }

    [Fact]
    public void An_unknown_container_is_answered_with_the_known_ones()
    {
        var error = Assert.Throws<SshpodException>(() => ContainerChoice.Choose(Pod("p", containers: ["a", "b"]), "c"));
        Assert.Contains("no container \"c\"", error.Message);
        Assert.Contains("a, b", error.Hint);
    }

    [Fact]
    public void A_container_that_waits_is_told_with_its_reason()
    {
        var pod = Pod("p");
        pod = pod with
        {
            Status = pod.Status with
            {
                Phase = "Pending",
                ContainerStatuses = [new ContainerStatus(
                    "main", null, new ContainerState(Waiting: new("ImagePullBackOff", "Back-off pulling image \"x\"")))],
            },
        };
        var error = Assert.Throws<SshpodException>(() => ContainerChoice.Choose(pod, null));
        Assert.Contains("is not running (Pending: ImagePullBackOff: Back-off pulling image \"x\")", error.Message);
    }
}
