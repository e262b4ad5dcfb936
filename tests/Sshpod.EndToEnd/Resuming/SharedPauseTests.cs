using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>A shared connection that is paused.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SharedPauseTests(TestCluster cluster)
{
    private const string Connection = "echo $SSH_CONNECTION";

    [Fact]
    public async Task A_new_session_does_not_join_a_connection_that_is_paused_and_joins_it_again_afterwards()
    {
        await cluster.CreatePodAsync("shared-pause", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server));
        var shared = (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text;
        await using var session = await Conversation.BeginAsync(workstation, "pod--shared-pause");
        Assert.Equal(shared, (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text);
        relay.IsDown = true;
        relay.Cut();
        await Eventually.HoldsAsync("the connection is shunned",
            async () => (await workstation.SshpodAsync("share", "--host", workstation.Host("pod--shared-pause"))).ExitCode != 0);
        // It would hang; a connection of its own says why there is none.
        FaultReport.Record("new session while a shared connection is paused", await workstation.SshAsync("pod--shared-pause", "true"),
            "cannot reach the API server");
        // The shared one does not come back while its proxy stands still.
        var proxy = await ProxyProcess.FindAsync(workstation.Host("pod--shared-pause"));
        (await workstation.RunAsync("kill", "-STOP", proxy.Id)).Successfully();
        relay.IsDown = false;
        Assert.NotEqual(shared, (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text);
        (await workstation.RunAsync("kill", "-CONT", proxy.Id)).Successfully();
        FaultReport.GoesOn("shared connection cut for 5 s", await session.AnswersAsync());
        await Eventually.HoldsAsync("it is joined again",
            async () => (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text == shared);
    }
}
