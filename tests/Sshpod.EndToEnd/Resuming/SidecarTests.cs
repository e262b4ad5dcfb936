using Sshpod.EndToEnd.Fixtures;
using Sshpod.EndToEnd.Fixtures.Relays;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>Another container of the pod reaches the server's port, and may try what it likes.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SidecarTests(TestCluster cluster)
{
    private static readonly string Program = Path.Combine(Path.GetDirectoryName(TestCluster.Script)!,
        "../Sshpod.EndToEnd/Resuming/sidecar.py");

    [Theory]
    [InlineData("resume-wrong-key", "closed")]
    [InlineData("new-wrong-key", "closed")]
    [InlineData("half-a-message", "closed")]
    [InlineData("socket", "none")]
    public async Task A_sidecar_gets_nothing_and_the_session_goes_on(string attempt, string answer)
    {
        var pod = $"sidecar-{attempt}";
        var (workstation, relay) = await BehindRelayAsync(pod);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, $"pod--{pod}.container--main");
        var socket = (await MainAsync(pod, "ls -d /tmp/sshpod/*/*/resume/*")).Trim();
        Assert.Equal($"{answer}\n", (await SidecarAsync(pod, attempt, await PortAsync(pod), socket)).Text);
        await session.AnswersAsync();
        relay.Cut();
        await session.AnswersAsync();
        await session.EndAsync();
    }

    [Fact]
    public async Task A_sidecar_that_takes_the_port_and_says_no_is_not_believed()
    {
        const string Pod = "sidecar-port";
        var (workstation, relay) = await BehindRelayAsync(Pod);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await Conversation.BeginAsync(workstation, $"pod--{Pod}.container--main");
        var port = await PortAsync(Pod);
        await KillAsync(cluster, Pod, "[listener]");
        var taken = SidecarAsync(Pod, "take-port", port, "");
        await Eventually.HoldsAsync("the sidecar has the port",
            async () => (await SidecarAsync(Pod, "has-port", port, "")).Text == "yes\n");
        relay.Cut();
        FaultReport.GoesOn("another container takes the port and says no", await session.AnswersAsync(TimeSpan.FromSeconds(60)),
            TimeSpan.FromSeconds(40));
        await session.EndAsync();
        Assert.NotEqual("0\n", (await SidecarAsync(Pod, "leave-port", port, "")).Text);
        await taken;
    }

    private async Task<(Workstation Workstation, TcpRelay Relay)> BehindRelayAsync(string pod)
    {
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: {{{pod}}} }, spec: {terminationGracePeriodSeconds: 0, containers: [
             {name: main, image: "IMAGES/busybox:1"}, {name: sidecar, image: "IMAGES/debian:12"}]}}
            """);
        await cluster.WaitReadyAsync($"pod/{pod}");
        return await PutBehindRelayAsync(cluster, PortForward);
    }

    private async Task<string> PortAsync(string pod) =>
        (await MainAsync(pod, "head -n 1 /tmp/sshpod/*/*/port | cut -d' ' -f2")).Trim();

    private async Task<string> MainAsync(string pod, string script) =>
        (await cluster.KubectlAsync("exec", pod, "-n", cluster.Namespace, "-c", "main", "--", "sh", "-c", script)).Successfully().Text;

    private async Task<Outcome> SidecarAsync(string pod, string attempt, string port, string socket) => (await cluster.KubectlAsync(
        "exec", pod, "-n", cluster.Namespace, "-c", "sidecar", "--", "python3", "-c", await File.ReadAllTextAsync(Program),
        attempt, port, socket)).Successfully();
}
