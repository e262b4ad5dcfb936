using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Faults;

/// <summary>A node that the API server does not reach. Only the local cluster's kubelet can be stopped.</summary>
[Collection(nameof(Alone))]
[Trait(Suites.Name, Suites.Once)]
public sealed class NodeTests(TestCluster cluster)
{
    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task A_node_whose_kubelet_does_not_answer_is_named_with_who_can_look(string tunnel)
    {
        Assert.SkipUnless(cluster.IsLocal, "the kubelet of a cluster that is not ours is not stopped");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        await TestCluster.StopKubeletAsync();
        try
        {
            var result = await workstation.SshAsync("pod--busybox", "true");
            FaultReport.Record($"kubelet down, {tunnel}", result, "the API server does not reach node \"");
            Assert.Contains("kubectl describe node", result.Error, StringComparison.Ordinal);
        }
        finally
        {
            await TestCluster.StartKubeletAsync();
        }
        FaultReport.Record($"kubelet back, {tunnel}", await workstation.SshAsync("pod--busybox", "echo in"));
    }
}
