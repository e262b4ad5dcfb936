using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tests.Server;

public class HelperTests
{
    private static readonly PodContainer Container = new("shop", "web", "uid", "app", "0123456789abcdef");

    private static readonly string Name = HelperName.Of(Container, 0);

    [Fact]
    public async Task Without_consent_nothing_is_added_and_the_command_that_gives_it_is_named()
    {
        var cluster = new ScriptedPod(Pod());
        Assert.Equal("container \"app\" of pod \"web\" in namespace \"shop\" has no shell \"sh\"; put one beside it with: sshpod debug "
            + "api.sshpod (an ephemeral container, which the pod's record keeps)", await FailureAsync(cluster, isAllowed: false));
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task A_static_pod_gets_none_whatever_the_user_says()
    {
        var cluster = new ScriptedPod(Pod() with
        {
            Metadata = Pod().Metadata with { Annotations = new Dictionary<string, string> { ["kubernetes.io/config.mirror"] = "x" } },
        });
        Assert.StartsWith("pod \"web\" in namespace \"shop\" is a static pod: it takes no ephemeral container; ",
            await FailureAsync(cluster),
            StringComparison.Ordinal);
        Assert.Empty(cluster.Requests);
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_is_said_at_once()
    {
        var cluster = new ScriptedPod(Pod(), Pod((Name, null)),
            Pod((Name, new(Waiting: new("ErrImageNeverPull", "Container image is not present with pull policy of Never")))));
        Assert.StartsWith($"ephemeral container \"{Name}\" does not start (ErrImageNeverPull: Container image is not present with pull "
            + "policy of Never); name an image with sh that the cluster can pull: ephemeral-image in ", await FailureAsync(cluster),
            StringComparison.Ordinal);
        // First a dry run.
        Assert.Equal([(Name, true), (Name, false)], cluster.Requests.Select(request => (request.Container.Name, request.IsDryRun)));
        Assert.All(cluster.Requests, request => Assert.Equal(("busybox", "app"), (request.Container.Image,
            request.Container.TargetContainerName)));
    }

    [Fact]
    public async Task A_policy_that_refuses_the_dry_run_leaves_the_pod_as_it_was()
    {
        var cluster = new ScriptedPod(Pod()) { Refusal = (_, _) => "violates PodSecurity" };
        Assert.StartsWith("pod \"web\" in namespace \"shop\" gets no ephemeral container: violates PodSecurity; ",
            await FailureAsync(cluster),
            StringComparison.Ordinal);
        // As root that changes, and as the usual user.
        Assert.Equal([0, 65532], cluster.Requests.Select(request => request.Container.SecurityContext?.RunAsUser));
        Assert.All(cluster.Requests, request => Assert.True(request.IsDryRun));
    }

    [Fact]
    public async Task A_policy_that_refuses_root_gets_the_usual_user()
    {
        var cluster = new ScriptedPod(Pod(), Pod((Name, new(Terminated: new("Error", "", 1)))))
        { Refusal = (body, _) => body.SecurityContext!.RunAsUser == 0 ? "no root" : null };
        await FailureAsync(cluster);
        Assert.Equal((65532L, false), (cluster.Requests[^1].Container.SecurityContext!.RunAsUser, cluster.Requests[^1].IsDryRun));
    }

    [Fact]
    public async Task A_webhook_that_knows_no_dry_run_is_asked_in_earnest()
    {
        var cluster = new ScriptedPod(Pod(), Pod((Name, new(Terminated: new("Error", "", 1)))))
        { Refusal = (_, isDry) => isDry ? "admission webhook \"w\" does not support dry run" : null };
        await FailureAsync(cluster);
        Assert.False(cluster.Requests[^1].IsDryRun);
    }

    [Fact]
    public async Task An_older_API_gets_its_own_form_without_a_security_context()
    {
        var cluster = new ScriptedPod(Pod(), Pod((Name, new(Terminated: new("Error", "", 1))))) { IsAlpha = true };
        await FailureAsync(cluster);
        Assert.Equal([(false, true), (true, true), (true, false)], cluster.Requests.Select(request => (request.IsAlpha, request.IsDryRun)));
        Assert.Null(cluster.Requests[^1].Container.SecurityContext);
    }

    [Fact]
    public async Task Ten_are_enough()
    {
        var ended = HelperName.All(Container).Select(name => (name, (ContainerState?)new ContainerState(Terminated: new("Error", "", 1))));
        Assert.Equal("10 ephemeral containers were added for \"app\" and have ended; delete the pod",
            await FailureAsync(new ScriptedPod(Pod([.. ended]))));
    }

    [Fact]
    public async Task A_shell_that_another_user_has_brought_is_used_before_anything_is_added()
    {
        var path = $"/dev/shm/sshpod/{Bundles.Release}/sh";
        var cluster = new ScriptedPod(Pod((Name, new(Terminated: new("Completed", path, 0)))));
        Assert.Equal(path, await Helper(cluster, isAllowed: false).FindAsync(new ShellNotFoundException(Container), default));
    }

    [Fact]
    public async Task Who_only_looks_puts_nothing_anywhere()
    {
        var streams = new Execs();
        foreach (var state in new[] { null, new ContainerState(Running: new()) })
        {
            var cluster = new ScriptedPod(state is null ? Pod() : Pod((Name, state)));
            var looking = new Helper(new Cluster(cluster, streams), Container, NoSettings,
                new HelperTerms(true, "busybox", "api.sshpod", OnlyLooks: true));
            await Assert.ThrowsAsync<ShellNotFoundException>(() => looking.FindAsync(new ShellNotFoundException(Container), default));
            Assert.Empty(cluster.Requests);
        }
        // No interpreter was tried either.
        Assert.Empty(streams.Commands);
    }

    [Theory]
    [InlineData(Sharing.SameUser, "\"app\" shares its processes with another container that may run as the same user: that one could "
        + "exchange the shell that an ephemeral container lends; give each container of the pod a runAsUser of its own, or, if you trust "
        + "them, set shared-places: allow")]
    [InlineData(Sharing.Outside, "\"app\" shares its processes with those of its node, which could exchange the shell that an ephemeral "
        + "container lends; add a shell to the image, or, if you trust them, set shared-places: allow")]
    public async Task Where_others_could_exchange_the_shell_of_a_helper_there_is_none(Sharing processes, string line)
    {
        var watched = Container with { Places = new Places([], Processes: processes) };
        foreach (var pod in new[] { Pod(), Pod((Name, new(Running: new()))) })
        {
            var (cluster, streams) = (new ScriptedPod(pod), new Execs());
            var terms = new HelperTerms(true, "busybox");
            var helper = new Helper(new Cluster(cluster, streams), watched, NoSettings, terms);
            Assert.Equal(line,
                (await Assert.ThrowsAsync<HelperException>(() => helper.FindAsync(new ShellNotFoundException(watched), default))).Line);
            // What doctor asks.
            var preview = new HelperPreview(new Cluster(cluster, streams), watched, NoSettings, terms);
            Assert.Null(await preview.LenderAsync(default));
            await Assert.ThrowsAsync<HelperException>(() => preview.CheckAsync(default));
            Assert.Empty(cluster.Requests);
            // What clean would do with one that another user has added.
            var ended = await helper.EndAsync(default);
            var why = line[..line.IndexOf(';', StringComparison.Ordinal)];
            Assert.Equal(ended.Kept.Select(name => $"ephemeral container \"{name}\" still runs: {why}"), ended.Left);
            Assert.DoesNotContain(streams.Commands, command => command.Program != "python3");
            var trusting = new UserSettings("/there/is/none", name => name == "SSHPOD_SHARED_PLACES" ? "allow" : null);
            await new HelperPreview(new Cluster(cluster, streams), watched, trusting, terms).CheckAsync(default);
        }
    }

    // So clean has nothing to clean there, which is no failure.
    [Fact]
    public async Task Where_none_would_be_added_anyway_the_container_just_has_no_shell()
    {
        var watched = Container with { Places = new Places([], Processes: Sharing.SameUser) };
        var helper = new Helper(new Cluster(new ScriptedPod(Pod()), new Execs()), watched, NoSettings, new HelperTerms(false, "busybox"));
        await Assert.ThrowsAsync<ShellNotFoundException>(() => helper.FindAsync(new ShellNotFoundException(watched), default));
    }

    [Theory]
    [InlineData(true, true, ": >/proc/7/root/tmp/sshpod/live")]
    [InlineData(true, false, "kill 7")]
    [InlineData(false, true, ": >/proc/7/root/tmp/sshpod/live")]
    [InlineData(false, false, ": >/proc/7/root/tmp/sshpod/live")]
    public async Task A_helper_is_told_from_the_container_whose_user_it_may_have_become(bool isCopied, bool keeps, string told)
    {
        var streams = new Execs("helper 7 65532 65532");
        var helper = new Helper(new Cluster(new ScriptedPod(Pod((Name, new(Running: new())))), streams), Container, NoSettings,
            new HelperTerms(true, "busybox", Keeps: keeps));
        var staged = $"/proc/7/root/tmp/sshpod/{Bundles.Release}/sh";
        Assert.Equal(staged, await helper.FindAsync(new ShellNotFoundException(Container), default));
        var used = isCopied ? $"/tmp/sshpod/{Bundles.Release}/sh" : staged;
        Assert.Equal(used, await helper.SettleAsync($"{used[..^3]}/sshd", default));
        var (where, program, script) = streams.Commands[^1];
        Assert.Equal(("app", used), (where, program));
        Assert.Contains(told, script, StringComparison.Ordinal);
    }

    // There the helper's first process is 1 to itself, as the application is in the container.
    [Fact]
    public async Task Clean_does_not_end_the_application_where_the_runtime_keeps_processes_apart()
    {
        var streams = new Execs("helper 1 65532 65532");
        var helper = new Helper(new Cluster(new ScriptedPod(Pod((Name, new(Running: new())))), streams), Container, NoSettings,
            new HelperTerms(false, "busybox"));
        var ended = await helper.EndAsync(default);
        Assert.Equal([Name], ended.Kept);
        Assert.Equal($"ephemeral container \"{Name}\" still runs: the runtime keeps the processes of \"app\" from ephemeral containers",
            Assert.Single(ended.Left));
        Assert.NotEmpty(streams.Commands);
        Assert.DoesNotContain(streams.Commands, command => command.Where == "app");
    }

    [Fact]
    public async Task A_shell_that_is_gone_again_is_not_tried_twice()
    {
        var cluster = new ScriptedPod(Pod((Name, new(Terminated: new("Completed", $"/tmp/sshpod/{Bundles.Release}/sh", 0)))));
        var helper = Helper(cluster, isAllowed: false);
        await helper.FindAsync(new ShellNotFoundException(Container), default);
        await Assert.ThrowsAsync<ShellNotFoundException>(() => helper.FindAsync(new ShellNotFoundException(Container), default));
    }

    [Fact]
    public async Task The_shell_of_a_helper_that_another_client_has_ended_is_looked_for_where_that_client_has_put_it()
    {
        var path = $"/dev/shm/sshpod/{Bundles.Release}/sh";
        var runs = Pod((Name, new(Running: new())));
        // The node tells of its end a second later.
        var cluster = new ScriptedPod(runs, runs, runs, Pod((Name, new(Terminated: new("Completed", path, 0)))));
        var helper = new Helper(new Cluster(cluster, new Execs("helper 7 65532 65532")), Container, NoSettings,
            new HelperTerms(true, "busybox"));
        await helper.FindAsync(new ShellNotFoundException(Container), default);
        Assert.Equal(path, await helper.FindAsync(new ShellNotFoundException(Container), default));
    }

    [Fact]
    public async Task A_container_that_has_been_restarted_meanwhile_is_not_helped() =>
        await Assert.ThrowsAsync<ContainerNotFoundException>(() => new Helper(new Cluster(new ScriptedPod(Pod()), NoStreams.Instance),
            Container with { ContainerId = "f" }, NoSettings, new HelperTerms(true, "busybox"))
            .FindAsync(new ShellNotFoundException(Container), default));

    private static readonly UserSettings NoSettings = new("/there/is/none", _ => null);

    private static Helper Helper(ScriptedPod cluster, bool isAllowed) =>
        new(new Cluster(cluster, NoStreams.Instance), Container, NoSettings, new HelperTerms(isAllowed, "busybox", "api.sshpod"));

    private static async Task<string> FailureAsync(ScriptedPod cluster, bool isAllowed = true)
    {
        var helper = Helper(cluster, isAllowed);
        return (await Assert.ThrowsAnyAsync<SshpodException>(() => helper.FindAsync(new ShellNotFoundException(Container), default))).Line;
    }

    private static Pod Pod(params (string Name, ContainerState? State)[] helpers) => new(
        new ObjectMeta("web", "shop", "uid"),
        new PodSpec([new("app")], EphemeralContainers: [.. helpers.Select(helper => new Container(helper.Name,
            TargetContainerName: "app"))]),
        new PodStatus("Running", ContainerStatuses: [new("app", "containerd://0123456789abcdef0123", new(Running: new()))],
            EphemeralContainerStatuses: [.. helpers.Where(helper => helper.State is not null)
                .Select(helper => new ContainerStatus(helper.Name, "containerd://1", helper.State))]));

    /// <summary>Containers in which every script of ours says the same, and no program is.</summary>
    private sealed class Execs(string says = "") : IClusterStreams
    {
        public List<(string Where, string Program, string Script)> Commands { get; } = [];

        public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation)
        {
            Commands.Add((container.Container, command[0], command[2]));
            return command[0] == "python3" ? throw new ShellNotFoundException(container)
                : Task.FromResult<Duplex>(new FakeExec($"sshpod-bootstrap\n{says}\nok\n"));
        }

        public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }

    private sealed class NoStreams : IClusterStreams
    {
        public static NoStreams Instance { get; } = new();

        public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation) =>
            throw new ShellNotFoundException(container);

        public Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation) =>
            throw new NotSupportedException();
    }
}
