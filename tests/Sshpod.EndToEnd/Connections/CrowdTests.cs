using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

[Collection(nameof(Alone))]
public sealed class CrowdTests(TestCluster cluster)
{
    [Fact]
    public async Task Twenty_first_connections_at_once_from_two_users_share_one_server()
    {
        await cluster.CreatePodAsync("rush", "busybox:1");
        await using var one = await Workstation.SetUpAsync(cluster);
        await using var other = await Workstation.SetUpAsync(cluster);

        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : other).SshAsync("pod--rush", $"echo {i} $SSH_CONNECTION")));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), results.Select(result => result.Quietly().Text.Split(' ')[0]));
        Assert.Single(results.Select(result => result.Text.Trim().Split(' ')[4]).Distinct());
        // Two keys, one program, and nothing half-done.
        Assert.Equal("2\n1\n", (await cluster.ExecAsync("rush", "sh", "-c", "cat /tmp/sshpod/*/*/authorized_keys | wc -l; find /tmp/sshpod -name 'sshd' -type f -o -name 'upload*' -o -name 'try*' | wc -l")).Successfully().Text);
    }

    [Fact]
    public async Task Fifty_connections_at_once()
    {
        await cluster.CreatePodAsync("fault-fifty", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--fault-fifty", "true")).Quietly();
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => workstation.SshAsync("pod--fault-fifty", $"echo {i}")));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}\n"), results.Select(result => result.Quietly().Text));
    }
}
