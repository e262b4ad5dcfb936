using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Security;

/// <summary>Users with exactly the rights of the roles in docs/rbac.yaml, taken from that file.</summary>
public sealed class RightsTests(TestCluster cluster)
{
    private static readonly string Roles = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../docs/rbac.yaml"));

    [Theory]
    [InlineData("pod--busybox", "port-forward")]
    [InlineData("pod--busybox", "exec")]
    [InlineData("deployment--web", "port-forward")]
    [InlineData("job--batch", "port-forward")]
    [InlineData("service--rights", "port-forward")]
    [InlineData("statefulset--rights", "port-forward")]
    public async Task With_the_role_for_everything_every_target_is_reached(string target, string tunnel)
    {
        await TargetsAsync();
        await using var workstation = await AsUserWithAsync("sshpod", tunnel);
        Assert.Equal("in\n", (await workstation.SshAsync(target, "echo in")).Quietly().Text);
    }

    [Theory]
    [InlineData("pod--busybox", "exec")]
    [InlineData("pod--busybox", "auto")]
    [InlineData("deployment--web", "auto")]
    public async Task With_the_role_for_exec_every_target_is_reached_through_exec(string target, string tunnel)
    {
        await TargetsAsync();
        await using var workstation = await AsUserWithAsync("sshpod-exec", tunnel);
        Assert.Equal("in\n", (await workstation.SshAsync(target, "echo in")).Quietly().Text);
    }

    // Of pods that no other class uses: cleaning ends everybody's sessions.
    [Theory]
    [InlineData("pod--rights-clean", "exec")]
    [InlineData("pod--rights-clean", "auto")]
    [InlineData("statefulset--rights", "auto")]
    public async Task With_the_role_for_exec_what_was_reached_is_cleaned(string target, string tunnel)
    {
        await TargetsAsync();
        await cluster.CreatePodAsync("rights-clean", "busybox:1");
        await using var workstation = await AsUserWithAsync("sshpod-exec", tunnel);
        (await workstation.SshAsync(target, "true")).Quietly();
        Assert.StartsWith("sshpod: cleaned", (await workstation.SshpodAsync("clean", workstation.Host(target))).Successfully().Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sshpod-exec", "port-forward", "pods/portforward")]
    [InlineData("sshpod-list", "auto", "pods/exec")]
    [InlineData("sshpod-list", "exec", "pods/exec")]
    public async Task A_missing_right_is_named_and_so_is_who_can_grant_it(string role, string tunnel, string resource)
    {
        await using var workstation = await AsUserWithAsync(role, tunnel);
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Equal(255, result.ExitCode);
        var line = Assert.Single(result.Error.Split('\n'), line => line.StartsWith("sshpod: ", StringComparison.Ordinal));
        Assert.Matches(
            $"user \"system:serviceaccount:{cluster.Namespace}:{role}\" may not (get|create) {resource} in namespace "
            + $"\"{cluster.Namespace}\"", line);
        Assert.Contains("the administrator of namespace", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_role_for_exec_a_cronjobs_job_is_reached()
    {
        await cluster.CreateCronJobAsync("rights-cron", "* * * * *");
        await using var workstation = await AsUserWithAsync("sshpod-exec", "auto");
        await cluster.WaitForJobAsync("rights-cron");
        Assert.StartsWith("rights-cron-", (await workstation.SshAsync("cronjob--rights-cron", "hostname")).Quietly().Text,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec", "pods/exec")]
    [InlineData("port-forward", "pods/portforward")]
    [Trait(Suites.Name, Suites.Once)]
    public async Task From_Kubernetes_1_35_on_a_missing_right_to_create_is_named_although_the_api_server_does_not(
        string tunnel, string resource)
    {
        // Nobody gets as far as the tunnel without the right to exec.
        var name = $"rights-get-{tunnel}";
        var exec = tunnel == "exec" ? "[get]" : "[get, create]";
        await using var workstation = await LimitedUser.SetUpAsync(cluster, name,
            "{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}, "
            + $"{{apiGroups: [\"\"], resources: [pods/exec], verbs: {exec}}}, "
            + "{apiGroups: [\"\"], resources: [pods/portforward], verbs: [get]}");
        var token = await cluster.TokenOfAsync(name);
        await workstation.UseKubeconfigAsync(config => config.UseTokenAsync(token));
        await Front.UseAsync(cluster, workstation, minor: 35);
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";

        var result = await workstation.SshAsync("pod--busybox", "true");

        Assert.Equal(255, result.ExitCode);
        var line = Assert.Single(result.Error.Split('\n'), line => line.StartsWith("sshpod: ", StringComparison.Ordinal));
        Assert.Contains($"may not create {resource} in namespace \"{cluster.Namespace}\"", line, StringComparison.Ordinal);
        Assert.Contains("the administrator of namespace", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api", "patch")]
    [InlineData("kubectl", "update")]
    public async Task Without_the_role_for_ephemeral_containers_the_line_names_the_right_and_the_role(string transport, string verb)
    {
        var pod = await ShelllessPod.CreateAsync(cluster, $"rights-no-{verb}");
        await using var workstation = await AsUserWithAsync("sshpod", "auto");
        Consent(workstation, transport);
        var version = await pod.VersionAsync();

        var refused = await workstation.SshAsync(pod.Target, "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Equal($"sshpod: you may not {verb} pods/ephemeralcontainers in namespace \"{cluster.Namespace}\"; an administrator of the "
            + "cluster can grant it (edit and admin do not have it): role sshpod-ephemeral in docs/rbac.yaml",
            Assert.Single(ShelllessPod.Lines(refused)));
        Assert.Equal(version, await pod.VersionAsync());
    }

    [Theory]
    [InlineData("api")]
    [InlineData("kubectl")]
    public async Task With_that_role_beside_it_a_container_without_a_shell_is_reached(string transport)
    {
        var pod = await ShelllessPod.CreateAsync(cluster, $"rights-{transport}");
        await using var workstation = await AsUserWithAsync("sshpod", "auto", "sshpod-ephemeral");
        Consent(workstation, transport);
        Assert.Equal("in\n", (await workstation.SshAsync(pod.Target, "echo in")).Successfully().Text);
        await pod.OnlyHelperAsync();
    }

    [Theory]
    [InlineData("api", "patch")]
    [InlineData("kubectl", "update")]
    public async Task Of_that_role_each_transport_needs_one_verb(string transport, string verb)
    {
        var pod = await ShelllessPod.CreateAsync(cluster, $"rights-only-{verb}");
        await using var workstation = await LimitedUser.SetUpAsync(cluster, $"only-{verb}", $$"""
            {apiGroups: [""], resources: [pods], verbs: [get]},
            {apiGroups: [""], resources: [pods/exec, pods/portforward], verbs: [get, create]},
            {apiGroups: [""], resources: [pods/ephemeralcontainers], verbs: [{{verb}}]}
            """);
        Consent(workstation, transport);
        Assert.Equal("in\n", (await workstation.SshAsync(pod.Target, "echo in")).Successfully().Text);
    }

    private static void Consent(Workstation workstation, string transport)
    {
        workstation.Environment["SSHPOD_TRANSPORT"] = transport;
        workstation.Environment["SSHPOD_EPHEMERAL"] = "always";
        workstation.Environment["SSHPOD_EPHEMERAL_IMAGE"] = TestCluster.Image("busybox:1");
    }

    // Real users have tokens; impersonation would add the impersonator's own rights.
    private async Task<Workstation> AsUserWithAsync(string role, string tunnel, string? second = null)
    {
        var user = second ?? role;
        await cluster.ApplyAsync($$$"""
            {{{await File.ReadAllTextAsync(Roles)}}}
            ---
            {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{user}}} }}
            """);
        foreach (var bound in second is null ? [role] : new[] { role, second })
            await cluster.ApplyAsync($$$"""
                {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{{user}}}-{{{bound}}} },
                 roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{{bound}}} },
                """ + $$$"""
                 subjects: [{kind: ServiceAccount, name: {{{user}}}, namespace: {{{cluster.Namespace}}} }]}
                """);
        var token = await cluster.TokenOfAsync(user);
        var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.UseTokenAsync(token));
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        return workstation;
    }

    private async Task TargetsAsync()
    {
        await cluster.ApplyAsync("""
            apiVersion: v1
            kind: Service
            metadata: {name: rights}
            spec: {selector: {app: rights}, ports: [{port: 80}]}
            ---
            apiVersion: apps/v1
            kind: StatefulSet
            metadata: {name: rights}
            spec:
              serviceName: rights
              selector: {matchLabels: {app: rights}}
              template:
                metadata: {labels: {app: rights}}
                spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/busybox:1"}]}
            """);
        await Eventually.HoldsAsync("statefulset rights has a ready pod", async () =>
            (await cluster.KubectlAsync("get", "statefulset", "rights", "-n", cluster.Namespace, "-o",
                "jsonpath={.status.readyReplicas}")).Text == "1", TimeSpan.FromSeconds(60));
    }
}
