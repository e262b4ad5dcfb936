using System.Globalization;
using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resume.Outage;

namespace Sshpod.EndToEnd.Resume;

/// <summary>More paused connections than a container keeps.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ManyTests(TestCluster cluster)
{
    private const int Opened = 34, Most = 32;

    [Fact]
    public async Task A_container_keeps_no_more_than_32_paused_connections_and_all_go_with_the_next_one()
    {
        await cluster.CreatePodAsync("resume-many", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        (await workstation.SshAsync("pod--resume-many", "mkdir /tmp/open")).Quietly();
        var sessions = Enumerable.Range(0, Opened).Select(i => workstation.StartSsh($"root@{workstation.Host("pod--resume-many")}",
            $"touch /tmp/open/{i}; sleep 1000")).ToArray();
        try
        {
            await Eventually.HoldsAsync("all are open", async () => await CountAsync("/tmp/open") == Opened, TimeSpan.FromSeconds(60));
            Assert.Equal(Opened, await CountAsync("/tmp/sshpod/*/*/resume"));
            relay.IsDown = true;
            relay.Cut();
            await Eventually.HoldsAsync("the container has ended two", async () => await CountAsync("/tmp/sshpod/*/*/resume") == Most);
            Assert.All(sessions, session => Assert.False(session.Completion.IsCompleted, session.Error));
        }
        finally
        {
            foreach (var session in sessions)
                await session.DisposeAsync();
        }
        relay.IsDown = false;
        (await workstation.SshAsync("pod--resume-many", "true")).Quietly();
        await NothingIsLeftAsync(cluster, "resume-many");
    }

    private async Task<int> CountAsync(string directory) => int.Parse(
        (await cluster.ExecAsync("resume-many", "sh", "-c", $"ls {directory} | wc -l")).Successfully().Text, CultureInfo.InvariantCulture);
}
