using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Addressing;

public sealed class TargetTests(TestCluster cluster)
{
    [Fact]
    public async Task The_namespace_is_the_one_set_on_the_context_and_the_context_the_current_one()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetNamespaceAsync(cluster.Namespace));
        Assert.Equal("busybox\n", (await HostNameOfAsync(workstation, "pod--busybox.sshpod")).Quietly().Text);
    }

    [Fact]
    public async Task A_context_is_chosen_by_name_and_parts_may_stand_in_any_order()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.RenameContextAsync("Other_Context"));
        Assert.Equal("two\n", (await HostNameOfAsync(workstation, $"namespace--{cluster.Namespace}.container--second.context--Other_Context.pod--two.sshpod")).Quietly().Text);
    }

    [Theory]
    [InlineData("POD--BusyBox", "sshpod")]
    [InlineData("pod--busybox", "sshpod.")]
    public async Task Case_and_a_trailing_dot_do_not_matter(string target, string end)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal("busybox\n", (await HostNameOfAsync(workstation, workstation.Host(target).Replace("sshpod", end, StringComparison.Ordinal).Replace(end + "-e2e", "sshpod-e2e", StringComparison.Ordinal))).Quietly().Text);
    }

    [Fact]
    public async Task Another_port_and_another_login_name_are_no_obstacle()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-p", "2222", workstation.Host("pod--busybox"), "-l", "somebody", "true")).Quietly();
    }

    [Fact]
    public async Task The_annotated_container_is_the_default()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: annotated, annotations: {kubectl.kubernetes.io/default-container: b}},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: a, image: "IMAGES/busybox:1"}, {name: b, image: "IMAGES/busybox:1", env: [{name: ME, value: b}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/annotated");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal("b\n", (await workstation.SshAsync("pod--annotated", "echo $ME")).Quietly().Text);
    }

    [Fact]
    public async Task A_deployment_leads_to_the_same_pod_while_it_is_there_and_then_to_another()
    {
        await CreateDeploymentAsync("sticky", replicas: 2);
        await using var workstation = await Workstation.SetUpAsync(cluster);

        var first = (await workstation.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim();
        // An older pod would be chosen if nothing were remembered: all younger ones go, and new ones come.
        Assert.Equal(first, (await workstation.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim());
        (await cluster.KubectlAsync("delete", "pod", first, "-n", cluster.Namespace)).Successfully();
        await WaitAvailableAsync("sticky");

        var second = (await workstation.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim();
        Assert.NotEqual(first, second);
        Assert.Equal(second, (await workstation.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim());
    }

    [Fact]
    public async Task A_pod_that_only_carries_a_deployments_labels_is_not_taken_for_its_own()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: stray, labels: {app: owned, pod-template-hash: x},
              ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: nobody, uid: 00000000-0000-0000-0000-000000000000}]},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/busybox:1"}]}}
            """);
        await CreateDeploymentAsync("owned", replicas: 1);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.StartsWith("owned-", (await workstation.SshAsync("deployment--owned", "hostname")).Quietly().Text, StringComparison.Ordinal);
    }

    private static Task<Outcome> HostNameOfAsync(Workstation workstation, string host) =>
        workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "hostname");

    private async Task CreateDeploymentAsync(string name, int replicas)
    {
        await cluster.ApplyAsync($$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: {{{name}}}}
            spec:
              replicas: {{{replicas}}}
              selector: {matchLabels: {app: {{{name}}}}}
              template:
                metadata: {labels: {app: {{{name}}}}}
                spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: IMAGES/busybox:1}]}
            """);
        await WaitAvailableAsync(name);
    }

    private async Task WaitAvailableAsync(string name) =>
        (await cluster.KubectlAsync("rollout", "status", $"deployment/{name}", "-n", cluster.Namespace, "--timeout=60s")).Successfully();
}
