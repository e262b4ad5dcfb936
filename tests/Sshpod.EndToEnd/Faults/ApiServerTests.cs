using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Resuming;

namespace Sshpod.EndToEnd.Faults;

/// <summary>The API server goes away under a connection. Only the local cluster's can be restarted.</summary>
[Collection(nameof(Alone))]
public sealed class ApiServerTests(TestCluster cluster)
{
    [Fact]
    public async Task The_api_server_restarts_while_connected_and_the_next_connection_works_too()
    {
        Assert.SkipUnless(cluster.IsLocal, "the API server of a cluster that is not ours is not restarted");
        await cluster.CreatePodAsync("fault-api", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--fault-api", "true")).Quietly();
        await using var session = await Conversation.BeginAsync(workstation, "pod--fault-api");
        var restart = TestCluster.RestartApiServerAsync();

        // While it is down: an error line, or success if it is already back; never a hang.
        var meanwhile = await workstation.SshAsync("pod--fault-api", "true");
        Assert.True(meanwhile.Time < FaultReport.Limit, $"{meanwhile.Time}");
        await restart;
        FaultReport.Record("API server restarted, connection right after", await workstation.SshAsync("pod--fault-api", "true"));
        FaultReport.GoesOn("API server restarted while connected", await session.AnswersAsync(), TimeSpan.FromSeconds(25));
        await session.EndAsync();
    }
}
