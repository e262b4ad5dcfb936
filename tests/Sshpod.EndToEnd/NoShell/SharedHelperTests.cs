using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.NoShell;

/// <summary>Helpers are shared: by users, and by all connections to one life of a container.</summary>
public sealed class SharedHelperTests(TestCluster cluster)
{
    [Theory]
    [InlineData("shared-at-once", "")]
    [InlineData("shared-no-place", ShelllessPod.NoPlace)]
    public async Task Two_at_once_make_one_helper(string name, string container)
    {
        var pod = await ShelllessPod.CreateAsync(cluster, name, container);
        await using var one = await ShelllessPod.SetUpAsync(cluster);
        await using var two = await ShelllessPod.SetUpAsync(cluster);

        foreach (var outcome in await Task.WhenAll(one.SshAsync(pod.Target, "echo in"), two.SshAsync(pod.Target, "echo in")))
            Assert.Equal("in\n", outcome.Successfully().Text);

        await pod.OnlyHelperAsync();
    }

    [Fact]
    public async Task A_helper_of_somebody_else_is_used_without_consent_of_ones_own()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "shared-others", ShelllessPod.NoPlace);
        await using var somebody = await ShelllessPod.SetUpAsync(cluster);
        (await somebody.SshAsync(pod.Target, "true")).Successfully();
        var helper = await pod.OnlyHelperAsync();
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, consent: null);

        Assert.Equal("in\n", (await workstation.SshAsync(pod.Target, "echo in")).Quietly().Text);

        Assert.Equal([helper], await pod.HelpersAsync());
        Assert.True(await pod.RunsAsync(helper));
    }

    // It is told by its owner, the container's user: an exec into it is root's, without the capabilities to write there.
    [Fact]
    public async Task One_that_is_kept_stays_though_it_has_become_the_containers_user()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "shared-kept", ShelllessPod.Nonroot);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);

        (await workstation.SshpodAsync("debug", "--keep", workstation.Host(pod.Target))).Successfully();

        var helper = await pod.OnlyHelperAsync();
        Assert.Equal("/tmp/sshpod/live 65532\n", (await cluster.KubectlAsync("exec", pod.Name, "-n", cluster.Namespace, "-c", helper, "--",
            "stat", "-c", "%n %u", "/tmp/sshpod/live")).Successfully().Text);
        Assert.True(await pod.RunsAsync(helper));
    }

    [Fact]
    public async Task A_container_that_was_restarted_gets_another()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "shared-restarted");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync(pod.Target, "true")).Successfully();
        var first = await pod.OnlyHelperAsync();

        // The first process ends, and its shell with it.
        await workstation.SshAsync(pod.Target, "kill 1");
        await Eventually.HoldsAsync("the container runs again", async () =>
            await pod.FieldAsync("{.status.containerStatuses[0].restartCount}") == "1"
            && (await pod.FieldAsync("{.status.containerStatuses[0].state.running.startedAt}")).Length > 0, TimeSpan.FromSeconds(40));

        Assert.Equal("in\n", (await workstation.SshAsync(pod.Target, "echo in")).Successfully().Text);
        var helpers = await pod.HelpersAsync();
        Assert.Contains(first, helpers);
        Assert.Equal(2, helpers.Distinct().Count());
    }

    [Fact]
    public async Task A_job_that_has_finished_is_not_held()
    {
        await cluster.ApplyAsync($$$"""
            apiVersion: batch/v1
            kind: Job
            metadata: {name: shared-job}
            spec:
              template:
                spec:
                  terminationGracePeriodSeconds: 0
                  restartPolicy: Never
                  containers: [{name: main, image: "IMAGES/static:1", {{{ShelllessPod.NoPlace}}}}]
            """);
        await Eventually.HoldsAsync("the job has a pod", async () => (await PodOfJobAsync()).Length > 0);
        await cluster.WaitReadyAsync("pod", "--selector=job-name=shared-job");
        var pod = new ShelllessPod(cluster, await PodOfJobAsync());
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        (await workstation.SshAsync("job--shared-job", "true")).Successfully();
        Assert.True(await pod.RunsAsync(await pod.OnlyHelperAsync()));

        await workstation.SshAsync("job--shared-job", "kill 1");

        (await cluster.KubectlAsync("wait", "--for=condition=complete", "--timeout=40s", "job/shared-job", "-n", cluster.Namespace))
            .Successfully();
    }

    private async Task<string> PodOfJobAsync() => (await cluster.KubectlAsync(
        "get", "pods", "-n", cluster.Namespace, "--selector=job-name=shared-job", "-o", "jsonpath={.items[*].metadata.name}")).Text;
}
