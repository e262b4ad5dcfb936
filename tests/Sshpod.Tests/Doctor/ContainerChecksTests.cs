using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Doctor;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Streams;
using Sshpod.Tests.Server;

namespace Sshpod.Tests.Doctor;

public class ContainerChecksTests
{
    private static readonly PodContainer Container = new("shop", "web", "uid", "app", "0123456789abcdef");

    private static readonly string Helper = HelperName.Of(Container, 0);

    private static readonly Examination Running = new("x86_64", [], [], "/tmp/sshpod/r", "verified", 40001);

    [Fact]
    public void A_server_without_paused_connections_says_nothing_of_them() =>
        Assert.DoesNotContain("paused", ContainerChecks.Server(Running).Text, StringComparison.Ordinal);

    [Fact]
    public void Paused_connections_are_told_with_their_number_and_since_when()
    {
        Assert.EndsWith("; 1 connection is paused, for 8m", ContainerChecks.Server(Paused(1)).Text, StringComparison.Ordinal);
        Assert.EndsWith("; 3 connections are paused, the longest for 8m",
            ContainerChecks.Server(Paused(3) with { Port = null }).Text, StringComparison.Ordinal);
        Assert.EndsWith("; 3 connections are paused",
            ContainerChecks.Server(Paused(3) with { PausedFor = null }).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, null, "Failure: container \"app\" of pod \"web\" in namespace \"shop\" has no shell \"sh\"; the cluster would admit "
        + "an ephemeral container that lends one; add it with: sshpod debug api.sshpod")]
    [InlineData(true, null, "Warning: none of its own; the next connection adds an ephemeral container that lends one, which the cluster "
        + "would admit; connect once, and run this again to check the rest")]
    [InlineData(false, "python3", "Warning: none of its own; the next connection gets one from its python3; connect once, and run this "
        + "again to check the rest")]
    [InlineData(false, "running", "Warning: none of its own; the next connection gets one from ephemeral container \"HELPER\"; connect "
        + "once, and run this again to check the rest")]
    [InlineData(false, "starting", "Warning: none of its own; the next connection gets one from ephemeral container \"HELPER\"; connect "
        + "once, and run this again to check the rest")]
    public async Task Without_a_shell_it_is_said_what_the_next_connection_comes_to_and_nothing_is_done(bool isAllowed, string? lender,
        string expected)
    {
        ContainerState? state = lender switch
        {
            "running" => new(Running: new()),
            "starting" => new(Waiting: new("ContainerCreating")),
            _ => null,
        };
        var (cluster, streams) = (new ScriptedPod(Pod(state)), new Execs(lender == "python3"));
        var settings = new UserSettings("/there/is/none", _ => null);
        var found = await new ContainerChecks(Container, new ContainerShell(Container, settings)).ShellAsync(
            new ExecAttempt(null, new ShellNotFoundException(Container)), new Cluster(cluster, streams), settings,
            new HelperTerms(isAllowed, "busybox", "api.sshpod"), default);

        Assert.Equal(expected.Replace("HELPER", Helper, StringComparison.Ordinal),
            $"{found.Outcome}: {found.Text}; {found.Hint}");
        Assert.Null(found.Found);
        Assert.All(cluster.Requests, request => Assert.True(request.IsDryRun));
        Assert.Equal(lender is null, cluster.Requests.Count > 0);
        // Where there is an interpreter, it does nothing.
        Assert.All(streams.Commands, command =>
            Assert.True(command is ["sh" or "/bin/sh", ..] or ["python3", "-I", "-c", Interpreter.Look]));
    }

    private static Pod Pod(ContainerState? helper) => new(new ObjectMeta("web", "shop", "uid"),
        new PodSpec([new("app")], EphemeralContainers: helper is null ? [] : [new Container(Helper, TargetContainerName: "app")]),
        new PodStatus("Running", ContainerStatuses: [new("app", "containerd://0123456789abcdef0123", new(Running: new()))],
            EphemeralContainerStatuses: helper is null ? [] : [new ContainerStatus(Helper, "containerd://1", helper)]));

    private static Examination Paused(int count) => Running with { Paused = count, PausedFor = TimeSpan.FromSeconds(500) };

    /// <summary>A container without a shell, of whose execs it is not known how they end.</summary>
    private sealed class Execs(bool hasInterpreter) : IClusterStreams
    {
        public List<IReadOnlyList<string>> Commands { get; } = [];

        public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation)
        {
            Commands.Add(command);
            return hasInterpreter && command[0] == "python3" ? Task.FromResult<Duplex>(new FakeExec("python3\n") { IsExplained = false })
                : throw new ShellNotFoundException(container);
        }

        public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
