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

    [Fact]
    public async Task The_escape_ends_the_session_and_the_connection_waits_on_until_it_is_told_to_exit()
    {
        await cluster.CreatePodAsync("shared-escape", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server));
        var host = workstation.Host("pod--shared-escape");
        await using var terminal = await TmuxTerminal.StartAsync(workstation, 80, 24, $"{workstation.SshCommand} -t root@{host} sh");
        await terminal.TypeAsync("echo $((40 + 2))");
        await terminal.WaitForAsync("^42$");
        relay.IsDown = true;
        relay.Cut();
        await terminal.WaitForAsync("sshpod: .*~\\. ends ssh");
        await terminal.PressAsync("Enter");
        await terminal.WriteAsync("~.");
        await terminal.WaitForAsync("^exit status 255");
        Assert.NotNull(ProxyProcess.Find(host));
        (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-O", "exit", $"root@{host}")).Successfully();
        await Eventually.HoldsAsync("the proxy has ended", () => ProxyProcess.Find(host) is null);
    }
}
