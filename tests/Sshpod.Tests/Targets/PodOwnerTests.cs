using Sshpod.Clusters.Objects;
using Sshpod.Targets;

namespace Sshpod.Tests.Targets;

public class PodOwnerTests
{
    private static readonly DateTimeOffset Created = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000);

    [Theory]
    [InlineData("ReplicaSet", "web-5d4f8c7b9", "5d4f8c7b9", "deployment/web")]
    [InlineData("ReplicaSet", "web-5d4f8c7b9", null, "replicaset/web-5d4f8c7b9")]
    [InlineData("ReplicaSet", "mine", "5d4f8c7b9", "replicaset/mine")]
    [InlineData("ReplicaSet", "-5d4f8c7b9", "5d4f8c7b9", "replicaset/-5d4f8c7b9")]
    [InlineData("StatefulSet", "db", null, "statefulset/db")]
    [InlineData("DaemonSet", "agent", null, "daemonset/agent")]
    [InlineData("Job", "import", null, "job/import")]
    [InlineData("Job", "import-7", null, "job/import-7")]
    [InlineData("Node", "node1", null, "node/node1")]
    // 10 seconds and 6 days before the pod.
    [InlineData("Job", "nightly-1749999990", null, "cronjob/nightly")]
    [InlineData("Job", "nightly-29166660", null, "cronjob/nightly")]
    [InlineData("Job", "nightly-29158060", null, "cronjob/nightly")]
    // After the pod, and long before it.
    [InlineData("Job", "nightly-29166667", null, "job/nightly-29166667")]
    [InlineData("Job", "release-20250615", null, "job/release-20250615")]
    public void The_pod_itself_tells_what_it_belongs_to(string kind, string name, string? templateHash, string workload) =>
        Assert.Equal(workload, $"{PodOwner.Of(Pod(new OwnerReference("uid", true, kind, name), templateHash))}");

    [Fact]
    public void A_pod_that_nothing_controls_belongs_to_nothing()
    {
        Assert.Null(PodOwner.Of(Pod(null, null)));
        Assert.Null(PodOwner.Of(Pod(new OwnerReference("uid", null, "Job", "import"), null)));
    }

    private static Pod Pod(OwnerReference? owner, string? templateHash) => new(
        new ObjectMeta("pod", "default", "uid", Created, OwnerReferences: owner is null ? null : [owner],
            Labels: templateHash is null ? null : new Dictionary<string, string> { ["pod-template-hash"] = templateHash }),
        new PodSpec(), new PodStatus());
}
