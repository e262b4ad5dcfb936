using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Documentation;

public sealed class DemoTests(TestCluster cluster)
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../.."));

    [Fact]
    public async Task Make_demo_connects_with_ssh_and_scp_cuts_its_own_connection_and_says_what_to_type_next()
    {
        await using var workstation = Workstation.Bare(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetNamespaceAsync(cluster.Namespace));
        // ssh takes the home directory from /etc/passwd, not HOME, so replace that file for this process and its children.
        var passwd = workstation.File("passwd");
        await System.IO.File.WriteAllTextAsync(passwd, $"root:x:0:0:root:{workstation.Home}:/bin/sh\n");
        var demo = await workstation.RunAsync("unshare", "--mount", "sh",
            "-c", $"mount --bind {passwd} /etc/passwd && exec {Root}/demo/demo.sh");

        var said = demo.Successfully().Text;
        Assert.Contains("hello from sshpod-demo", said, StringComparison.Ordinal);
        Assert.Contains("/tmp/README.md", said, StringComparison.Ordinal);
        // Each line once and in order, with the cut between them.
        var session = said[said.IndexOf("line 1 of a session in sshpod-demo\n", StringComparison.Ordinal)..].Split('\n');
        Assert.Equal(Enumerable.Range(1, 6).Select(line => $"line {line} of a session in sshpod-demo"),
            session.Where(line => line.StartsWith("line ", StringComparison.Ordinal)));
        var cut = Array.IndexOf(session, "  (no way to the cluster for 4 seconds)");
        Assert.InRange(cut, 2, 5);
        Assert.Equal("  (there is one again)", session.Skip(cut + 1).First(line => line.StartsWith("  (", StringComparison.Ordinal)));
        Assert.Contains("  ssh root@pod--sshpod-demo.sshpod\n", said, StringComparison.Ordinal);
    }
}
