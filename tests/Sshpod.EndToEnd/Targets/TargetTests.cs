using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Targets;

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
        Assert.Equal(
            "two\n", (await HostNameOfAsync(workstation,
                $"namespace--{cluster.Namespace}.container--second.context--Other_Context.pod--two.sshpod")).Quietly().Text);
    }

    [Theory]
    [InlineData("POD--BusyBox", "sshpod")]
    [InlineData("pod--busybox", "sshpod.")]
    public async Task Case_and_a_trailing_dot_do_not_matter(string target, string end)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal(
            "busybox\n",
            (await HostNameOfAsync(workstation, workstation.Host(target).Replace("sshpod", end, StringComparison.Ordinal)
                .Replace(end + "-e2e", "sshpod-e2e", StringComparison.Ordinal))).Quietly().Text);
    }

    [Fact]
    public async Task Another_port_and_another_login_name_are_no_obstacle()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-p", "2222", workstation.Host("pod--busybox"),
            "-l", "somebody", "true")).Quietly();
    }

    [Fact]
    public async Task The_annotated_container_is_the_default()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: annotated, annotations: {kubectl.kubernetes.io/default-container: b}},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: a, image: "IMAGES/busybox:1"},
            """ + """
             {name: b, image: "IMAGES/busybox:1", env: [{name: ME, value: b}]}]}}
            """);
        await cluster.WaitReadyAsync("pod/annotated");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal("b\n", (await workstation.SshAsync("pod--annotated", "echo $ME")).Quietly().Text);
    }

    [Fact]
    public async Task A_deployment_leads_to_the_same_pod_while_it_is_there_and_then_to_another()
    {
        await cluster.ApplyAsync("""
            {apiVersion: apps/v1, kind: Deployment, metadata: {name: sticky}, spec: {replicas: 2, selector: {matchLabels: {app: sticky}},
            """ + """
             template: {metadata: {labels: {app: sticky}},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/busybox:1",
            """ + """
             readinessProbe: {periodSeconds: 1, exec: {command: [ls, /tmp/ready]}}}]}}}}
            """);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var pods = await RunningPodsAsync("sticky");
        // At first only the younger one is ready. When the older one is ready too, a new client would get that.
        await MakeReadyAsync(pods[1]);
        Assert.Equal(pods[1], (await workstation.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim());
        await MakeReadyAsync(pods[0]);
        Assert.Equal(pods[1], (await workstation.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim());
        await using var other = await Workstation.SetUpAsync(cluster);
        Assert.Equal(pods[0], (await other.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim());

        (await cluster.KubectlAsync("delete", "pod", pods[1], "-n", cluster.Namespace)).Successfully();
        Assert.Equal(pods[0], (await workstation.SshAsync("deployment--sticky", "hostname")).Quietly().Text.Trim());
    }

    [Fact]
    public async Task A_pod_that_only_carries_a_deployments_labels_is_not_taken_for_its_own()
    {
        // Older than the deployment's own pod, and owned by something else, so that nothing adopts or collects it.
        await cluster.ApplyAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: somebody}}");
        var uid =
            (await cluster.KubectlAsync("get", "configmap", "somebody", "-n", cluster.Namespace, "-o",
                "jsonpath={.metadata.uid}")).Successfully().Text;
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: stray, labels: {app: owned},
              ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: somebody, uid: {{{uid}}}, controller: true}]},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/busybox:1"}]}}
            """);
        await cluster.WaitReadyAsync("pod/stray");
        await CreateDeploymentAsync("owned", replicas: 1);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.StartsWith("owned-", (await workstation.SshAsync("deployment--owned", "hostname")).Quietly().Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("statefulset--set", "set-0")]
    [InlineData("daemonset--each", "each-")]
    [InlineData("replicaset--few", "few-")]
    [InlineData("service--front", "set-0")]
    public async Task A_workload_leads_to_one_of_its_pods(string target, string pod)
    {
        await cluster.ApplyAsync("""
            {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: set}, spec: {serviceName: set, selector: {matchLabels: {app: set}},
            """ + """
             template: {metadata: {labels: {app: set}},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/busybox:1"}]}}}}
            ---
            {apiVersion: apps/v1, kind: DaemonSet, metadata: {name: each}, spec: {selector: {matchLabels: {app: each}},
            """ + """
             template: {metadata: {labels: {app: each}},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/busybox:1"}]}}}}
            ---
            {apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: few},
            """ + """
             spec: {selector: {matchExpressions: [{key: app, operator: In, values: [few, fewer]}]},
            """ + """
             template: {metadata: {labels: {app: few}},
             spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/busybox:1"}]}}}}
            ---
            {apiVersion: v1, kind: Service, metadata: {name: front}, spec: {selector: {app: set}, ports: [{port: 80}]}}
            """);
        await Eventually.HoldsAsync($"{pod} is ready", async () =>
            (await cluster.KubectlAsync("get", "pods", "-n", cluster.Namespace)).Text.Split('\n')
            .Any(line => line.StartsWith(pod, StringComparison.Ordinal) && line.Contains("1/1", StringComparison.Ordinal)));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.StartsWith(pod, (await workstation.SshAsync(target, "hostname")).Quietly().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cronjob_leads_to_its_newest_active_job_and_says_when_there_is_none()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await cluster.CreateCronJobAsync("never", "0 0 31 2 *");
        var none = await workstation.SshAsync("cronjob--never", "true");
        Assert.Equal(255, none.ExitCode);
        Assert.Contains("cronjob \"never\"", none.Error, StringComparison.Ordinal);
        Assert.Contains("has no active job; start one: kubectl create job", none.Error, StringComparison.Ordinal);

        await cluster.CreateCronJobAsync("often", "* * * * *");
        await cluster.WaitForJobAsync("often");
        Assert.StartsWith("often-", (await workstation.SshAsync("cronjob--often", "hostname")).Quietly().Text, StringComparison.Ordinal);
    }

    private static Task<Outcome> HostNameOfAsync(Workstation workstation, string host) =>
        workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "hostname");

    /// <summary>The two running pods of an app, the older one first, as sshpod orders them.</summary>
    private async Task<string[]> RunningPodsAsync(string app)
    {
        string[] pods = [];
        await Eventually.HoldsAsync("two pods run",
            async () =>
            (pods = [
                .. (await cluster.KubectlAsync("get", "pods", "-n", cluster.Namespace, "-l", $"app={app}",
                    "--field-selector=status.phase=Running",
            "-o", "jsonpath={range .items[*]}{.metadata.creationTimestamp} {.metadata.name}{\"\\n\"}{end}")).Text.Split(
            '\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal).Select(line => line.Split(' ')[1])]).Length == 2, TimeSpan.FromMinutes(1));
        return pods;
    }

    private async Task MakeReadyAsync(string pod)
    {
        (await cluster.ExecAsync(pod, "touch", "/tmp/ready")).Successfully();
        await cluster.WaitReadyAsync($"pod/{pod}");
    }

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
