namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// The front of the local cluster: exec and port-forward as a current API server serves them, with its own code. It is up as long as the
/// cluster is.
/// </summary>
public static class Front
{
    // The script's, for a machine that cannot have what the front is made of today.
    private const int CannotBeHad = 75;

    // The first time it is compiled.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Brings it up, and returns its URL; skips the test where there is none.</summary>
    public static async Task<Uri> UpAsync(TestCluster cluster)
    {
        Assert.SkipUnless(cluster.IsLocal, "a cluster that is not ours has no front");
        var up = await Run.ProgramAsync(TestCluster.Script, ["front-up"], limit: Limit);
        Assert.SkipWhen(up.ExitCode == CannotBeHad, up.Error);
        up.Successfully();
        var kubeconfig = (await Run.ProgramAsync(TestCluster.Script, ["front-kubeconfig"])).Successfully().Text.Trim();
        return new Uri((await Run.ProgramAsync("kubectl",
            ["config", "view", "--kubeconfig", kubeconfig, "-o", "jsonpath={.clusters[0].cluster.server}"])).Successfully().Text);
    }

    /// <summary>Sends this user's requests through it.</summary>
    public static async Task UseAsync(TestCluster cluster, Workstation workstation)
    {
        var front = await UpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"{front}"));
    }
}
