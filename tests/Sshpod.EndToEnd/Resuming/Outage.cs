using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>A user behind a relay that cuts, falls silent or goes away as a test wants it, and what is looked at afterwards.</summary>
internal static class Outage
{
    /// <summary>The tunnels that each outage is tried with.</summary>
    public const string PortForward = "port-forward", Exec = "exec";

    /// <summary>Where sshpod notes connections that can be resumed.</summary>
    public static string NotesOf(Workstation workstation) => workstation.File("cache/sshpod/resume");

    /// <summary>A user whose connections all go through a relay, by one kind of tunnel.</summary>
    public static async Task<(Workstation Workstation, TcpRelay Relay)> PutBehindRelayAsync(TestCluster cluster, string tunnel)
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        return (workstation, await TcpRelay.PutBetweenAsync(workstation, server => new TcpRelay(server)));
    }

    /// <summary>Starts ssh with a command, and returns when that runs.</summary>
    public static async Task<Task<Outcome>> StartedAsync(TestCluster cluster, Workstation workstation, string pod, string command)
    {
        var flag = $"/tmp/here-{Guid.NewGuid():N}";
        var session = workstation.SshAsync($"pod--{pod}", $"touch {flag}; {command}");
        await Eventually.HoldsAsync("the session is open", async () => (await cluster.ExecAsync(pod, "ls", flag)).ExitCode == 0);
        return session;
    }

    /// <summary>The same behind a relay, which then cuts everything and stays down.</summary>
    public static async Task<(Workstation Workstation, TcpRelay Relay, Task<Outcome> Session)> PausedAsync(
        TestCluster cluster, string pod, string? grace = null)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        if (grace is not null)
            workstation.Environment["SSHPOD_RESUME"] = grace;
        var session = await StartedAsync(cluster, workstation, pod, "sleep 1000");
        relay.IsDown = true;
        relay.Cut();
        return (workstation, relay, session);
    }

    /// <summary>Kills the processes of our server in a container whose titles contain this.</summary>
    public static async Task KillAsync(TestCluster cluster, string pod, string title) =>
        Assert.NotEmpty((await cluster.KubectlAsync("exec", pod, "-n", cluster.Namespace, "-c", "main", "--", "sh", "-c",
            "for p in /proc/[0-9]*; do case $(readlink $p/exe) in */sshpod/*/sshd)"
            + $" grep -qF '{title}' $p/cmdline && kill -9 ${{p#/proc/}} && echo ${{p#/proc/}};; esac; done; true")).Successfully().Text);

    /// <summary>
    /// Cuts all connections again and again, at random moments, until something is over. It begins when sshpod has noted a connection that
    /// can be resumed: what is cut before fails as any connection does.
    /// </summary>
    /// <param name="notes">The directory of those notes.</param>
    /// <param name="relay">What cuts.</param>
    /// <param name="over">Ends with what is being cut.</param>
    /// <param name="most">The most cuts: afterwards it may go on in peace.</param>
    /// <returns>How many there were.</returns>
    public static async Task<int> CutAsync(string notes, Relay relay, Task over, int most)
    {
        await Eventually.HoldsAsync("there is a connection", () => over.IsCompleted
            || (Directory.Exists(notes) && Directory.EnumerateFiles(notes).Any()));
        for (var cuts = 0; ; cuts++)
        {
            if (cuts == most)
                return cuts;
            var pause = Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(50, 500)));
            if (await Task.WhenAny(over, pause) == over)
                return cuts;
            relay.Cut();
        }
    }

    /// <summary>Waits until nothing of a connection is left in a pod: no process but the listener, and no paused connection.</summary>
    public static Task NothingIsLeftAsync(TestCluster cluster, string pod) =>
        Eventually.HoldsAsync($"nothing is left of the sessions in {pod}", async () =>
        {
            var left = await cluster.ExecAsync(pod, "sh", "-c", "ls -d /tmp/sshpod/*/*/resume/*; ps -o args | grep '[s]shd-session'");
            return left.Text.Length == 0;
        }, TimeSpan.FromSeconds(40));
}
