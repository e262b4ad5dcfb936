using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.NoShell;

/// <summary>A pod's record keeps an ephemeral container until the pod is deleted: none is added without the user's word.</summary>
public sealed class ConsentTests(TestCluster cluster)
{
    [Theory]
    [InlineData("consent-none", null, "")]
    [InlineData("consent-never", "never", "ephemeral: always")]
    public async Task Without_consent_nothing_is_added(string name, string? variable, string settings)
    {
        var pod = await ShelllessPod.CreateAsync(cluster, name);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, variable);
        await WriteSettingsAsync(workstation, settings);
        var version = await pod.VersionAsync();

        var refused = await workstation.SshAsync(pod.Target, "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Equal($"sshpod: container \"main\" of pod \"{name}\" in namespace \"{cluster.Namespace}\" has no shell \"sh\"; "
            + $"put one beside it with: sshpod debug {workstation.Host(pod.Target)} (an ephemeral container, which the pod's record keeps)",
            Assert.Single(ShelllessPod.Lines(refused)));
        Assert.Equal(version, await pod.VersionAsync());
    }

    [Fact]
    public async Task After_debug_everybody_connects_and_nothing_more_is_added()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "consent-debug");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, consent: null);
        var host = workstation.Host(pod.Target);

        var said = (await workstation.SshpodAsync("debug", $"root@{host}")).Successfully();

        var helper = await pod.OnlyHelperAsync();
        Assert.Equal(
        [
            $"sshpod: added ephemeral container \"{helper}\" to pod \"consent-debug\" in namespace \"{cluster.Namespace}\": "
                + "its record keeps it until the pod is deleted",
            $"sshpod: the server runs in container \"main\" of pod \"consent-debug\" in namespace \"{cluster.Namespace}\": "
                + $"connect with ssh root@{host}",
        ], ShelllessPod.Lines(said));
        Assert.Equal("", said.Text);
        Assert.Equal("in\n", (await workstation.SshAsync(pod.Target, "echo in")).Quietly().Text);

        // Somebody else, who has a cache of their own, and has never heard of a helper.
        await using var another = await ShelllessPod.SetUpAsync(cluster, consent: null);
        another.Environment["SSHPOD_EPHEMERAL_IMAGE"] = null;
        Assert.Equal("in\n", (await another.SshAsync(pod.Target, "echo in")).Quietly().Text);
        Assert.Equal([helper], await pod.HelpersAsync());
    }

    [Theory]
    [InlineData("consent-setting", "ephemeral: always", "pod--consent-setting.namespace--NS.sshpod")]
    [InlineData("consent-alias", "aliases: {targets: {mine: {pod: consent-alias, namespace: NS, ephemeral: always}}}", "mine.sshpod")]
    public async Task With_consent_in_the_settings_the_first_connection_says_what_it_has_added_and_the_next_one_is_quiet(
        string name, string settings, string host)
    {
        var pod = await ShelllessPod.CreateAsync(cluster, name);
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, consent: null);
        workstation.Environment["SSHPOD_EPHEMERAL_IMAGE"] = null;
        await WriteSettingsAsync(workstation, $"ephemeral-image: {TestCluster.Image("busybox:1")}\n"
            + settings.Replace("NS", cluster.Namespace, StringComparison.Ordinal));
        var address = $"root@{host.Replace("NS", cluster.Namespace, StringComparison.Ordinal)}";

        var first = (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, address, "echo in")).Successfully();

        Assert.Equal("in\n", first.Text);
        Assert.Equal($"sshpod: added ephemeral container \"{await pod.OnlyHelperAsync()}\" to pod \"{name}\" in namespace "
            + $"\"{cluster.Namespace}\": its record keeps it until the pod is deleted", Assert.Single(ShelllessPod.Lines(first)));
        Assert.Equal("in\n", (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, address, "echo in")).Quietly().Text);
    }

    [Fact]
    public async Task Debug_connects_at_once_with_what_is_behind_the_dashes()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "consent-at-once");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, consent: null);
        var host = workstation.Host(pod.Target);

        var result = await workstation.SshpodAsync("debug", "--image", TestCluster.Image("musl:1"), $"root@{host}", "--", "-F",
            workstation.SshConfig, "echo in; exit 7");

        Assert.Equal((7, "in\n"), (result.ExitCode, result.Text));
        Assert.Equal(TestCluster.Image("musl:1"), await pod.FieldAsync("{.spec.ephemeralContainers[0].image}"));
    }

    [Fact]
    public async Task Debug_adds_nothing_to_a_container_that_has_a_shell()
    {
        await cluster.CreatePodAsync("consent-shell", "busybox:1");
        var pod = new ShelllessPod(cluster, "consent-shell");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster);
        var version = await pod.VersionAsync();

        var said = (await workstation.SshpodAsync("debug", workstation.Host(pod.Target))).Successfully();

        Assert.EndsWith("has a shell of its own: nothing was added", Assert.Single(ShelllessPod.Lines(said)), StringComparison.Ordinal);
        Assert.Equal(version, await pod.VersionAsync());
    }

    [Fact]
    [Trait(Suites.Name, Suites.Once)]
    public async Task An_image_that_cannot_be_pulled_is_named_and_another_one_does()
    {
        var pod = await ShelllessPod.CreateAsync(cluster, "consent-image");
        await using var workstation = await ShelllessPod.SetUpAsync(cluster, consent: null);
        var host = workstation.Host(pod.Target);

        var failed = await workstation.SshpodAsync("debug", "--image", TestCluster.Image("there-is-no-such-image:1"), host);

        var helper = await pod.OnlyHelperAsync();
        Assert.Equal(255, failed.ExitCode);
        Assert.Matches($"^sshpod: ephemeral container \"{helper}\" does not start \\(.*[iI]mage.*\\); "
            + "name an image with sh that the cluster can pull: ephemeral-image in ", ShelllessPod.Lines(failed)[^1]);
        (await workstation.SshpodAsync("debug", host)).Successfully();
        Assert.Equal("in\n", (await workstation.SshAsync(pod.Target, "echo in")).Quietly().Text);
        Assert.Equal(2, (await pod.HelpersAsync()).Length);
    }

    private static Task WriteSettingsAsync(Workstation workstation, string text) =>
        File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), text, TestContext.Current.CancellationToken);
}
