using System.Globalization;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

[Collection(nameof(Alone))]
public sealed class CrowdTests(TestCluster cluster)
{
    // make soak takes 200: on two cores that are the cluster too, most of the time is containerd's, which starts as many processes.
    private static readonly int Connections = Environment.GetEnvironmentVariable("SSHPOD_SOAK_CROWD") is { Length: > 0 } value
        ? int.Parse(value, CultureInfo.InvariantCulture) : 50;

    [Fact]
    public async Task Twenty_first_connections_at_once_from_two_users_share_one_server()
    {
        await cluster.CreatePodAsync("rush", "busybox:1");
        await using var one = await Workstation.SetUpAsync(cluster);
        await using var other = await Workstation.SetUpAsync(cluster);

        var results = await Task.WhenAll(Enumerable.Range(0, 20)
            .Select(i => (i % 2 == 0 ? one : other).SshAsync("pod--rush", $"echo {i} $SSH_CONNECTION")));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i}"), results.Select(result => result.Quietly().Text.Split(' ')[0]));
        Assert.Single(results.Select(result => result.Text.Trim().Split(' ')[4]).Distinct());
        // Two keys, one program, and no unfinished upload.
        Assert.Equal(
            "2\n1\n",
            (await cluster.ExecAsync("rush", "sh", "-c",
                "cat /tmp/sshpod/*/*/authorized_keys | wc -l; find /tmp/sshpod -name 'sshd' -type f -o -name 'upload*' -o -name 'try*' | "
                + "wc -l")).Successfully().Text);
    }

    [Fact]
    public async Task Ten_connections_at_once_make_one_key_where_there_is_none()
    {
        await cluster.CreatePodAsync("keyless", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var key = workstation.File("cache/sshpod/id_ed25519");
        var before = await File.ReadAllTextAsync($"{key}.pub", TestContext.Current.CancellationToken);
        File.Delete(key);
        File.Delete($"{key}.pub");

        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => workstation.SshAsync("pod--keyless", $"echo {i}")));

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}\n"), results.Select(result => result.Quietly().Text));
        Assert.NotEqual(before, await File.ReadAllTextAsync($"{key}.pub", TestContext.Current.CancellationToken));
        Assert.Equal(
            "1\n", (await cluster.ExecAsync("keyless", "sh", "-c", "cat /tmp/sshpod/*/*/authorized_keys | wc -l")).Successfully().Text);
    }

    [Fact]
    public async Task A_crowd_connects_to_twenty_pods_at_once()
    {
        await cluster.ApplyAsync("""
            {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: crowd}, spec: {replicas: 20, podManagementPolicy: Parallel,
            """ + """
             serviceName: crowd,
              selector: {matchLabels: {app: crowd}}, template: {metadata: {labels: {app: crowd}},
              spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: IMAGES/busybox:1}]}}}}
            """);
        await Eventually.HoldsAsync("20 pods are ready",
            async () => (await cluster.KubectlAsync("get", "statefulset", "crowd", "-n", cluster.Namespace, "-o",
            "jsonpath={.status.readyReplicas}")).Text == "20", TimeSpan.FromSeconds(90));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var pods = Enumerable.Range(0, Connections).Select(i => $"crowd-{i % 20}").ToArray();
        var results = await Task.WhenAll(pods.Select(pod => workstation.SshAsync($"pod--{pod}", "hostname")));
        Assert.Equal(pods.Select(pod => $"{pod}\n"), results.Select(result => result.Quietly().Text));
        (await cluster.KubectlAsync("delete", "statefulset", "crowd", "-n", cluster.Namespace, "--wait=false")).Successfully();
    }

    [Fact]
    public async Task Fifty_connections_at_once()
    {
        await cluster.CreatePodAsync("fault-fifty", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--fault-fifty", "true")).Quietly();
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => workstation.SshAsync("pod--fault-fifty", $"echo {i}")));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}\n"), results.Select(result => result.Quietly().Text));
        FaultReport.Record("50 connections at once, the slowest", results.MaxBy(result => result.Time)!, within: FaultReport.CrowdLimit);
    }
}
