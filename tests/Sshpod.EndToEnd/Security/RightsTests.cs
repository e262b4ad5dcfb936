using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Security;

public sealed class RightsTests(TestCluster cluster)
{
    // kubectl since 1.30 asks for WebSockets, which is `get`; older ones and older servers for SPDY, which is `create`.
    private const string Streams = "{apiGroups: [\"\"], resources: [pods/exec, pods/portforward], verbs: [get, create]}";

    [Theory]
    [InlineData("pod", "pod--busybox", "{apiGroups: [\"\"], resources: [pods], verbs: [get]}")]
    [InlineData("deployment", "deployment--web",
        "{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}, {apiGroups: [apps], resources: [deployments], verbs: [get]}, {apiGroups: [apps], resources: [replicasets], verbs: [list]}")]
    [InlineData("job", "job--batch", "{apiGroups: [\"\"], resources: [pods], verbs: [get, list]}, {apiGroups: [batch], resources: [jobs], verbs: [get]}")]
    public async Task The_documented_rights_are_enough(string name, string target, string rules)
    {
        await using var workstation = await AsUserWithAsync($"enough-{name}", $"{rules}, {Streams}");
        Assert.Equal("in\n", (await workstation.SshAsync(target, "echo in")).Quietly().Text);
    }

    [Theory]
    [InlineData("no-exec", "{apiGroups: [\"\"], resources: [pods], verbs: [get]}, {apiGroups: [\"\"], resources: [pods/portforward], verbs: [get, create]}", "may not")]
    [InlineData("no-forward", "{apiGroups: [\"\"], resources: [pods], verbs: [get]}, {apiGroups: [\"\"], resources: [pods/exec], verbs: [get, create]}", "may not")]
    public async Task A_missing_right_is_named(string name, string rules, string words)
    {
        await using var workstation = await AsUserWithAsync(name, rules);
        var result = await workstation.SshAsync("pod--busybox", "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        Assert.Contains($"in namespace \"{cluster.Namespace}\"", result.Error, StringComparison.Ordinal);
    }

    private async Task<Workstation> AsUserWithAsync(string name, string rules)
    {
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{name}}} }}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: {{{name}}} }, rules: [{{{rules}}}]}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{{name}}} },
             roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{{name}}} }, subjects: [{kind: ServiceAccount, name: {{{name}}}, namespace: {{{cluster.Namespace}}} }]}
            """);
        var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.ImpersonateAsync($"system:serviceaccount:{cluster.Namespace}:{name}"));
        return workstation;
    }
}
