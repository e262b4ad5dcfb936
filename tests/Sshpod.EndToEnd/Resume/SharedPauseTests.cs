using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;

namespace Sshpod.EndToEnd.Resume;

/// <summary>Sessions share a connection that is paused.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SharedPauseTests(TestCluster cluster)
{
    private const string Connection = "echo $SSH_CONNECTION";

    [Fact]
    public async Task A_new_session_makes_a_connection_of_its_own_and_joins_again_when_it_goes_on()
    {
        await cluster.CreatePodAsync("shared-pause", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster, []);
        await using var relay = await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server));
        await using var session = await EchoSession.StartAsync(workstation, workstation.Host("pod--shared-pause"));
        var shared = (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text;
        Assert.Equal(shared, (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text);
        var claim = Directory.GetFiles(workstation.File("cache/sshpod/c"), "*.claim").Single();

        relay.IsDown = true;
        relay.Cut();
        await Eventually.HoldsAsync("the claim says that the connection is lost",
            async () => (await File.ReadAllTextAsync(claim)).Contains(" lost", StringComparison.Ordinal));
        var failed = await workstation.SshAsync("pod--shared-pause", Connection);
        Assert.Equal(255, failed.ExitCode);
        Assert.Contains("sshpod: ", failed.Error, StringComparison.Ordinal);
        Assert.True(failed.Time < FaultReport.Limit, $"{failed.Time}");

        // The shared one does not come back while its proxy stands still.
        var proxy = await ProxyProcess.FindAsync(workstation.Host("pod--shared-pause"));
        (await workstation.RunAsync("kill", "-STOP", proxy.Id)).Successfully();
        relay.IsDown = false;
        var own = (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text;
        Assert.NotEqual(shared, own);

        (await workstation.RunAsync("kill", "-CONT", proxy.Id)).Successfully();
        await session.SaysAsync();
        await Eventually.HoldsAsync("sessions join again",
            async () => (await workstation.SshAsync("pod--shared-pause", Connection)).Quietly().Text == shared);
    }
}
