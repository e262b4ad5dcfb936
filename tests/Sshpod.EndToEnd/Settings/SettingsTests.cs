using System.Text.RegularExpressions;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Settings;

public sealed class SettingsTests(TestCluster cluster)
{
    private const string Eks = "arn:aws:eks:eu-west-1:123456789012:cluster/dev";

    [Fact]
    public async Task A_target_is_reached_by_its_alias_in_ssh_scp_and_clean()
    {
        await cluster.CreatePodAsync("aliased", "debian:12");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Write(workstation, $"aliases:\n  targets:\n    gpu: {workstation.Host("pod--aliased")}\n");

        Assert.Equal("aliased\n", (await SshAsync(workstation, "gpu.sshpod", "hostname")).Quietly().Text);
        await File.WriteAllTextAsync(workstation.File("sent"), "hello");
        (await workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, workstation.File("sent"),
            "root@GPU.sshpod:/tmp/sent")).Quietly();
        Assert.Equal("hello", (await cluster.ExecAsync("aliased", "cat", "/tmp/sent")).Text);
        Assert.Contains("cleaned container \"main\" of pod \"aliased\"",
            (await workstation.SshpodAsync("clean", "gpu.sshpod")).Successfully().Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pod_with_dots_in_its_name_is_reached_by_an_alias_and_a_part_beside_it_wins()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: my.pod.with.dots}, spec: {terminationGracePeriodSeconds: 0, containers: [
              {name: a, image: "IMAGES/busybox:1", env: [{name: ME, value: a}]},
            """ + """
             {name: b, image: "IMAGES/busybox:1", env: [{name: ME, value: b}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/my.pod.with.dots");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Write(workstation,
            $"aliases: {{namespaces: {{mine: {cluster.Namespace}}}, targets: {{dots: {{pod: my.pod.with.dots, container: a, namespace: "
            + $"mine{ContextOfRun}}}}}}}");

        Assert.Equal("a\n", (await SshAsync(workstation, "dots.sshpod", "echo $ME")).Quietly().Text);
        Assert.Equal("b\n", (await SshAsync(workstation, "container--b.dots.sshpod", "echo $ME")).Quietly().Text);
    }

    [Theory]
    [InlineData(Eks, $"pod--busybox.context--{Eks}.sshpod", "dev")]
    [InlineData("prod.example.com", "pod--busybox.context--prod.example.com.sshpod", "prod-example-com")]
    [InlineData("kubernetes-admin@kubernetes", "pod--busybox.context--kubernetes-admin@kubernetes.sshpod", "kubernetes")]
    [InlineData("kubernetes-admin@kubernetes", "pod--busybox.context--kubernetes.sshpod", "kubernetes")]
    public async Task The_error_about_a_context_that_no_host_name_holds_has_the_line_that_makes_it_work(
        string context, string typed, string alias)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(async config =>
        {
            await config.SetNamespaceAsync(cluster.Namespace);
            await config.RenameContextAsync(context);
        });

        var error = (await SshAsync(workstation, typed, "true")).Error;
        var offered = Regex.Match(error, "put this line in (?<file>.*) and write (?<part>.*?): (?<line>.*?)\r?$", RegexOptions.Multiline);
        Assert.True(offered.Success, error);
        Assert.Equal(ConfigOf(workstation), offered.Groups["file"].Value);
        Assert.Equal($"context--{alias}", offered.Groups["part"].Value);

        Write(workstation, offered.Groups["line"].Value);
        Assert.Equal("busybox\n", (await SshAsync(workstation, $"pod--busybox.context--{alias}.sshpod", "hostname")).Quietly().Text);
    }

    [Fact]
    public async Task The_default_container_is_taken_where_the_pod_has_it()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Write(workstation, "container: second");
        Assert.Contains("Debian", (await workstation.SshAsync("pod--two", "cat /etc/os-release")).Quietly().Text, StringComparison.Ordinal);
        Assert.Equal("busybox\n", (await workstation.SshAsync("pod--busybox", "hostname")).Quietly().Text);
        Assert.DoesNotContain(
            "Debian", (await workstation.SshAsync("container--first.pod--two", "cat /etc/os-release 2>/dev/null; true")).Quietly().Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_transport_and_the_idle_time_are_set_and_variables_win()
    {
        await cluster.CreatePodAsync("idle-setting", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Write(workstation, "idle: 2s\ntransport: kubectl");
        workstation.Environment["SSHPOD_TRANSPORT"] = null;
        workstation.Environment["SSHPOD_LOG"] = "debug";
        Assert.Contains("kubectl get pods idle-setting", (await workstation.SshAsync("pod--idle-setting", "true")).Successfully().Error,
            StringComparison.Ordinal);
        await Eventually.HoldsAsync("the server has left",
            async () => !(await cluster.ExecAsync("idle-setting", "ps")).Text.Contains("sshd", StringComparison.Ordinal));

        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        Assert.DoesNotContain("kubectl get", (await workstation.SshAsync("pod--idle-setting", "true")).Successfully().Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "# mine\ntransprot: api\n",
        "line 2: unknown key \"transprot\"; did you mean \"transport\"? allowed in the file: access, aliases, container, ephemeral, "
        + "ephemeral-image, identity, idle, other-users-environment, resume, resume-line, shared-places, transport, tunnel, wait")]
    [InlineData("aliases:\n  targets:\n    gpu: pods--x\n", "line 3: alias \"gpu\": unknown prefix \"pods--\"")]
    public async Task A_mistake_in_the_settings_is_reported_with_file_and_line(string text, string line)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Write(workstation, text);
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains($"sshpod: {ConfigOf(workstation)} {line}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelled_alias_finds_the_one_that_was_meant()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Write(workstation, "aliases: {targets: {gpu: pod--busybox}}");
        Assert.Contains("part \"gup\" of host name \"gup.sshpod\" has no \"--\" and is not an alias; did you mean \"gpu\"?",
            (await SshAsync(workstation, "gup.sshpod", "true")).Error, StringComparison.Ordinal);
    }

    private string ContextOfRun => cluster.Context is { } context ? $", context: {context}" : "";

    private static string ConfigOf(Workstation workstation) => Path.Combine(workstation.Home, "config/sshpod/config.yaml");

    private static void Write(Workstation workstation, string yaml) => File.WriteAllText(ConfigOf(workstation), yaml);

    private static Task<Outcome> SshAsync(Workstation workstation, string host, string command) =>
        workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", command);
}
