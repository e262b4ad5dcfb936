using System.Text.Json.Nodes;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Commands;

public sealed class ListTests(TestCluster cluster)
{
    private string[] Here => ["list", "-n", cluster.Namespace,
        .. cluster.Context is { } context ? ["--context", context] : Array.Empty<string>()];

    [Fact]
    public async Task Each_line_of_names_is_a_host_that_ssh_connects_to()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var hosts = (await workstation.SshpodAsync([.. Here, "-o", "name"])).Successfully().Text.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Contains(workstation.Host("pod--busybox"), hosts);
        // Other tests use this namespace at the same time: check only pods that stay.
        var ours = hosts.Where(host => host.Contains("pod--two.", StringComparison.Ordinal)
            || host.Contains("pod--web-", StringComparison.Ordinal) || host.Contains("pod--musl.", StringComparison.Ordinal)).ToArray();
        Assert.Equal(5, ours.Length);
        foreach (var host in ours)
            (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "true")).Quietly();
    }

    [Fact]
    public async Task Lines_in_a_pipe_are_plain_and_tell_workload_node_age_and_server()
    {
        // Of its own, since it is cleaned.
        await cluster.CreatePodAsync("listed", "debian:12");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--listed", "true")).Quietly();
        var lines = (await workstation.SshpodAsync(Here)).Quietly().Text.Split('\n').ToLookup(line => line.Split('\t')[0]);

        Assert.Equal("installed", Assert.Single(lines[workstation.Host("pod--listed")]).Split('\t')[4]);
        var batch = lines.SelectMany(line => line).Single(line => line.StartsWith("pod--batch-", StringComparison.Ordinal)).Split('\t');
        Assert.Equal(("job/batch", "-"), (batch[1], batch[4]));
        var web = lines.SelectMany(line => line).First(line => line.StartsWith("pod--web-", StringComparison.Ordinal)).Split('\t');
        Assert.Equal("deployment/web", web[1]);
        Assert.NotEqual("-", web[2]);
        Assert.Matches("^[0-9]+[smhd]$", web[3]);

        (await workstation.SshpodAsync("clean", workstation.Host("pod--listed"))).Successfully();
        Assert.EndsWith("\t-", (await workstation.SshpodAsync(Here)).Quietly().Text.Split('\n')
            .Single(line => line.StartsWith("pod--listed.", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_terminal_there_is_a_table_as_wide_as_it_is()
    {
        // A namespace of its own, since everything in it affects the width of the table.
        var ns = $"{cluster.Namespace}-table";
        (await cluster.KubectlAsync("create", "namespace", ns)).Successfully();
        try
        {
            (await cluster.KubectlAsync("create", "deployment", "the-only-one", "-n", ns, "--image",
                TestCluster.Image("busybox:1"))).Successfully();
            (await cluster.KubectlAsync("wait", "deployment", "--all", "-n", ns, "--for=condition=available",
                "--timeout=60s")).Successfully();
            await using var workstation = Workstation.Bare(cluster);
            string[] there = [.. Here.Select(word => word == cluster.Namespace ? ns : word)];
            var host = (await workstation.SshpodAsync([.. there, "-o", "name"])).Successfully().Text.Trim();
            await using var terminal = await TmuxTerminal.StartAsync(
                workstation, host.Length + 34, 20, $"{Workstation.Program} {string.Join(' ', there)}");
            await terminal.WaitForAsync("exit status 0");
            var screen = await terminal.ScreenAsync();
            Assert.Matches("(?m)^HOST +WORKLOAD +NODE +AGE +SERVER$", screen);
            Assert.Matches($"(?m)^{host} +deploymen\\S*… +\\S+ +[0-9]+s +-$", screen);
        }
        finally
        {
            (await cluster.KubectlAsync("delete", "namespace", ns, "--wait=false")).Successfully();
        }
    }

    [Fact]
    public async Task Json_has_everything_and_a_name_that_no_host_can_hold_is_told_as_that()
    {
        await cluster.CreatePodAsync("dotted.name", "busybox:1");
        await using var workstation = Workstation.Bare(cluster);
        var all = JsonNode.Parse((await workstation.SshpodAsync([.. Here, "-o", "json"])).Quietly().Text)!.AsArray();

        var dotted = all.Single(item => (string?)item!["pod"] == "dotted.name")!;
        Assert.Null(dotted["host"]);
        var web = all.First(item => ((string?)item!["pod"])!.StartsWith("web-", StringComparison.Ordinal))!;
        Assert.Equal(("deployment", "web", "main"),
            ((string?)web["workload"]!["kind"], (string?)web["workload"]!["name"], (string?)web["container"]));
        Assert.Contains($"(none)/{cluster.Namespace}/dotted.name/main\t", (await workstation.SshpodAsync(Here)).Quietly().Text,
            StringComparison.Ordinal);

        var names = (await workstation.SshpodAsync([.. Here, "-o", "name"])).Successfully();
        Assert.DoesNotContain("dotted", names.Text, StringComparison.Ordinal);
        Assert.Matches("^sshpod: left out [0-9]+ of [0-9]+ containers: a host name cannot hold their names\n$", names.Error);
    }

    [Fact]
    public async Task Wide_adds_container_and_image_and_all_namespaces_are_listed_too()
    {
        await using var workstation = Workstation.Bare(cluster);
        var wide = (await workstation.SshpodAsync([.. Here, "-o", "wide"])).Quietly().Text;
        Assert.Contains($"\tmain\t{TestCluster.Image("busybox:1")}\n", wide, StringComparison.Ordinal);
        string[] everywhere = [.. Here.Where(word => word != "-n" && word != cluster.Namespace), "-A", "-o", "name"];
        Assert.Contains(workstation.Host("pod--busybox"), (await workstation.SshpodAsync(everywhere)).Successfully().Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_namespace_it_is_the_one_of_the_context()
    {
        await using var workstation = Workstation.Bare(cluster);
        await workstation.UseKubeconfigAsync(async kubeconfig =>
        {
            await kubeconfig.SetNamespaceAsync(cluster.Namespace);
            await kubeconfig.RenameContextAsync("me@cluster");
        });
        Assert.Contains($"pod--busybox.namespace--{cluster.Namespace}.sshpod\n",
            (await workstation.SshpodAsync("list", "-o", "name")).Successfully().Text, StringComparison.Ordinal);
        // No host name can express this context, and none needs to, since it is the current one.
        Assert.Contains($"pod--busybox.namespace--{cluster.Namespace}.sshpod\n",
            (await workstation.SshpodAsync("list", "-o", "name", "--context", "me@cluster")).Successfully().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no running containers in namespace \"no-such-namespace\"", 0, "-n", "no-such-namespace")]
    [InlineData("list takes --namespace or --all-namespaces, not both; see sshpod help list", 2, "-n", "x", "-A")]
    [InlineData("no context \"no-such-context\" in the kubeconfig; kubectl config get-contexts lists them", 255,
        "--context", "no-such-context")]
    public async Task Every_message_is_one_line(string line, int exitCode, params string[] arguments)
    {
        await using var workstation = Workstation.Bare(cluster);
        var result = await workstation.SshpodAsync(["list", .. arguments]);
        Assert.Equal(($"sshpod: {line}\n", exitCode, ""), (result.Error, result.ExitCode, result.Text));
    }
}
