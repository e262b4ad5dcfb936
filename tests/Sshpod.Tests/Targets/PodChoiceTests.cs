using Sshpod.Clusters.Objects;
using Sshpod.Targets;
using Sshpod.Terminal;
using static Sshpod.Tests.Targets.Objects;

namespace Sshpod.Tests.Targets;

public class PodChoiceTests
{
    private static readonly Workload Web = Workload("web"), WebSet = Workload("web-1", owner: "web");

    [Fact]
    public void The_oldest_ready_pod_is_taken() =>
        Assert.Equal(
            "old", Choose(null, Pod("new", "web-1", age: 1), Pod("old", "web-1", age: 9), Pod("older", "web-1", age: 99, ready: false)));

    [Fact]
    public void The_pod_of_the_last_connection_is_taken_again_while_it_runs() =>
        Assert.Equal("new", Choose("uid-of-new", Pod("new", "web-1", age: 1, ready: false), Pod("old", "web-1", age: 9)));

    [Fact]
    public void A_pod_that_is_being_deleted_is_not_taken_even_if_it_was_the_last() =>
        Assert.Equal("new", Choose("uid-of-old", Pod("new", "web-1", age: 1), Pod("old", "web-1", age: 9, terminating: true)));

    [Fact]
    public void A_pod_that_only_carries_the_labels_is_not_taken() =>
        Assert.Equal("mine", Choose("uid-of-stray", Pod("stray", age: 9), Pod("other", "other-1", age: 8), Pod("mine", "web-1")));

    [Fact]
    public void A_pod_that_the_workload_controls_without_a_replica_set_is_taken() =>
        Assert.Equal("direct", Choose(null, Pod("direct", "web")));

    [Fact]
    public void A_service_takes_whatever_pod_it_selects() =>
        Assert.Equal("stray",
            PodChoice.Choose(Search("service") with { Uid = null }, new PodList([Pod("stray")], []), null).OrThrow().Metadata.Name);

    [Fact]
    public void Without_a_ready_pod_the_message_tells_how_the_pods_are()
    {
        var error = Assert.ThrowsAny<SshpodException>(
            () => Choose(null, Pod("a", "web-1", ready: false, phase: "Pending"), Pod("b", "web-1", terminating: true)));
        Assert.Equal("deployment \"web\" in namespace \"default\" has no ready pod (2 not ready: a Pending, b Terminating)", error.Message);
    }

    private static string Choose(string? lastUid, params Pod[] pods) =>
        PodChoice.Choose(Search("deployment"), new PodList(pods, [WebSet]), lastUid).OrThrow().Metadata.Name;

    private static PodSearch Search(string kind) =>
        new(new PodOwner(kind, Web.Metadata.Name), Web.Metadata.Namespace, Web.Spec?.Selector, Web.Metadata.Uid);
}
