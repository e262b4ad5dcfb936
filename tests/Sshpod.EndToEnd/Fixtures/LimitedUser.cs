namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A user with few rights.</summary>
public static class LimitedUser
{
    /// <summary>Creates the user, and a machine for them.</summary>
    /// <param name="cluster">The cluster, where the rights apply in the namespace of this run.</param>
    /// <param name="name">A name for the user.</param>
    /// <param name="rules">The rules of their Role, in YAML flow style.</param>
    public static async Task<Workstation> SetUpAsync(TestCluster cluster, string name, string rules)
    {
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{name}}} }}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: {{{name}}} }, rules: [{{{rules}}}]}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{{name}}} },
             roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{{name}}} },
            """ + $$$"""
             subjects: [{kind: ServiceAccount, name: {{{name}}}, namespace: {{{cluster.Namespace}}} }]}
            """);
        var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.ImpersonateAsync($"system:serviceaccount:{cluster.Namespace}:{name}"));
        return workstation;
    }
}
