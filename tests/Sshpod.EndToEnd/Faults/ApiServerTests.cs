using System.Diagnostics;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Faults;

/// <summary>The API server goes away under a connection. Only the local cluster's can be restarted.</summary>
[Collection(nameof(Alone))]
public sealed class ApiServerTests(TestCluster cluster)
{
    [Fact]
    public async Task The_api_server_restarts_while_connected_and_the_next_connection_works()
    {
        Assert.SkipUnless(cluster.IsLocal, "the API server of a cluster that is not ours is not restarted");
        await cluster.CreatePodAsync("fault-api", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--fault-api", "true")).Quietly();
        var session = workstation.SshAsync("pod--fault-api", "touch /tmp/here; sleep 1000");
        await Eventually.HoldsAsync("the session is open",
            async () => (await cluster.ExecAsync("fault-api", "ls", "/tmp/here")).ExitCode == 0);

        var restarted = Stopwatch.StartNew();
        var restart = TestCluster.RestartApiServerAsync();
        var ended = await session;
        FaultReport.Record("API server restarted while connected", ended with { Time = restarted.Elapsed },
            "the connection to container \"main\" of pod \"fault-api\"");

        // While it is down: an error line, or success if it is already back; never a hang.
        var meanwhile = await workstation.SshAsync("pod--fault-api", "true");
        Assert.True(meanwhile.Time < FaultReport.Limit, $"{meanwhile.Time}");
        await restart;
        FaultReport.Record("API server restarted, connection right after", await workstation.SshAsync("pod--fault-api", "true"));
    }
}
