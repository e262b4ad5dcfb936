using System.Globalization;
using System.Text.RegularExpressions;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// The front of the local cluster: exec and port-forward as a current API server serves them, with its own code. It is up as long as the
/// cluster is.
/// </summary>
public static partial class Front
{
    // The script's, for a machine that cannot have what the front is made of today.
    private const int CannotBeHad = 75;

    // The first time it is compiled.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Brings it up, and returns its URL; skips the test where there is none, or an older one.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="minor">The Kubernetes 1.x that it must be at least.</param>
    public static async Task<Uri> UpAsync(TestCluster cluster, int minor = 0)
    {
        Assert.SkipUnless(cluster.IsLocal, "a cluster that is not ours has no front");
        var up = await Run.ProgramAsync(TestCluster.Script, ["front-up"], limit: Limit);
        Assert.SkipWhen(up.ExitCode == CannotBeHad, up.Error);
        var version = Version().Match(up.Successfully().Error).Groups["minor"].Value;
        Assert.SkipWhen(int.Parse(version, CultureInfo.InvariantCulture) < minor, $"the front is of Kubernetes 1.{version}");
        var kubeconfig = (await Run.ProgramAsync(TestCluster.Script, ["front-kubeconfig"])).Successfully().Text.Trim();
        return new Uri((await Run.ProgramAsync("kubectl",
            ["config", "view", "--kubeconfig", kubeconfig, "-o", "jsonpath={.clusters[0].cluster.server}"])).Successfully().Text);
    }

    /// <summary>Sends this user's requests through it.</summary>
    public static async Task UseAsync(TestCluster cluster, Workstation workstation, int minor = 0)
    {
        var front = await UpAsync(cluster, minor);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"{front}"));
    }

    [GeneratedRegex(@"the front of Kubernetes 1\.(?<minor>\d+)\.")]
    private static partial Regex Version();
}
