using System.Globalization;
using System.Text.Json.Nodes;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Security;

/// <summary>A key is accepted for as long as the last exec said, and the client renews it in time.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class AccessTests(TestCluster cluster)
{
    private const string Rules = """
        {apiGroups: [""], resources: [pods], verbs: [get, list]}, {apiGroups: [""], resources: [pods/portforward], verbs: [get, create]}
        """;

    [Fact]
    public async Task Access_is_renewed_by_an_exec_shortly_before_it_ends_and_not_sooner()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();

        SetSince(workstation, DateTimeOffset.UtcNow - TimeSpan.FromHours(23.8));
        Assert.False(await ExecutesAsync(workstation));
        SetSince(workstation, DateTimeOffset.UtcNow - TimeSpan.FromHours(23.95));
        Assert.True(await ExecutesAsync(workstation));
        Assert.False(await ExecutesAsync(workstation));
        // The clock was set back.
        SetSince(workstation, DateTimeOffset.UtcNow + TimeSpan.FromHours(1));
        Assert.True(await ExecutesAsync(workstation));
    }

    [Fact]
    public async Task A_shorter_time_counts_at_once()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        SetSince(workstation, DateTimeOffset.UtcNow - TimeSpan.FromHours(1));
        Assert.False(await ExecutesAsync(workstation));
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), "access: 30m");
        Assert.True(await ExecutesAsync(workstation));
    }

    [Fact]
    public async Task With_every_connection_each_one_executes()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_ACCESS"] = "every-connection";
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        Assert.True(await ExecutesAsync(workstation));
        Assert.True(await ExecutesAsync(workstation));
    }

    [Fact]
    public async Task A_user_who_lost_pods_exec_is_locked_out_when_access_ends()
    {
        await using var workstation = await LimitedUser.SetUpAsync(
            cluster, "loses-exec", $$"""{{Rules}}, {apiGroups: [""], resources: [pods/exec], verbs: [get, create]}""");
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        await cluster.ApplyAsync(
            $$"""{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: loses-exec}, rules: [{{Rules}}]}""");
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();

        SetSince(workstation, DateTimeOffset.UtcNow - TimeSpan.FromHours(24));
        var refused = await workstation.SshAsync("pod--busybox", "true");

        Assert.Equal(255, refused.ExitCode);
        Assert.Matches($"may not (get|create) pods/exec in namespace \"{cluster.Namespace}\"", refused.Error);
    }

    [Fact]
    public async Task The_server_itself_refuses_a_key_whose_time_is_over_until_an_exec_brings_it_again()
    {
        await cluster.CreatePodAsync("expires", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_ACCESS"] = "1m";
        (await workstation.SshAsync("pod--expires", "true")).Quietly();
        await Task.Delay(TimeSpan.FromSeconds(62), TestContext.Current.CancellationToken);
        // A client that pretends to have just connected gets no further than any other.
        SetSince(workstation, DateTimeOffset.UtcNow);

        Assert.Contains("Permission denied (publickey)", (await workstation.SshAsync("pod--expires", "true")).Error,
            StringComparison.Ordinal);
        await Eventually.HoldsAsync("the key is let in", async () => (await workstation.SshAsync("pod--expires", "true")).ExitCode == 0);
    }

    [Fact]
    public async Task An_invalid_access_time_is_a_one_line_error()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_ACCESS"] = "10s";
        Assert.Contains("sshpod: SSHPOD_ACCESS is \"10s\"; set it to \"every-connection\", or a time of a minute or more",
            (await workstation.SshAsync("pod--busybox", "true")).Error, StringComparison.Ordinal);
    }

    private static async Task<bool> ExecutesAsync(Workstation workstation)
    {
        workstation.Environment["SSHPOD_LOG"] = "debug";
        var run = (await workstation.SshAsync("pod--busybox", "true")).Successfully();
        workstation.Environment["SSHPOD_LOG"] = null;
        return run.Error.Contains("tunnel: ", StringComparison.Ordinal);
    }

    /// <summary>Sets when the client remembers its last exec.</summary>
    private static void SetSince(Workstation workstation, DateTimeOffset time)
    {
        var file = Directory.GetFiles(workstation.File("cache/sshpod/servers")).Single();
        var server = JsonNode.Parse(File.ReadAllText(file))!;
        Assert.NotNull(server["since"]);
        server["since"] = time.ToString("O", CultureInfo.InvariantCulture);
        File.WriteAllText(file, server.ToJsonString());
    }
}
