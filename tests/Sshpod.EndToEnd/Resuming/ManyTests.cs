using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>Many paused connections in one container.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ManyTests(TestCluster cluster)
{
    // What sshd/overrides/paused.c keeps.
    private const int Most = 32;

    [Fact]
    public async Task Of_thirty_three_paused_connections_one_gets_the_reason_and_the_others_go_on()
    {
        await cluster.CreatePodAsync("many", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        (await workstation.SshAsync("pod--many", "true")).Quietly();
        var sessions = new List<Conversation>();
        try
        {
            while (sessions.Count <= Most)
                sessions.AddRange(await Task.WhenAll(
                    Enumerable.Range(0, 11).Select(_ => Conversation.BeginAsync(workstation, "pod--many"))));
            relay.IsDown = true;
            relay.Cut();
            await Eventually.HoldsAsync("the server has ended one", async () => await PausedAsync() == Most, TimeSpan.FromSeconds(40));
            relay.IsDown = false;
            sessions.ForEach(session => session.Say());
            await Eventually.HoldsAsync("one has ended", () => sessions.Any(session => session.Completion.IsCompleted));
            var ended = Assert.Single(sessions, session => session.Completion.IsCompleted);
            Assert.Contains("too many paused connections in the container", ended.Error, StringComparison.Ordinal);
            foreach (var session in sessions.Where(session => session != ended))
                await session.AnswersAsync();
        }
        finally
        {
            foreach (var session in sessions)
                await session.DisposeAsync();
        }
        // Their proxies were killed with them.
        (await workstation.SshAsync("pod--many", "true")).Quietly();
        await NothingIsLeftAsync(cluster, "many");
    }

    // The socket is executable while a stream is there.
    private async Task<int> PausedAsync() => (await cluster.ExecAsync("many", "sh", "-c",
        "for f in /tmp/sshpod/*/*/resume/*; do [ -x $f ] || echo $f; done"))
        .Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
}
