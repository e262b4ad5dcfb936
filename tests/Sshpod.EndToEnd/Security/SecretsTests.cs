using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Security;

public sealed class SecretsTests(TestCluster cluster)
{
    [Fact]
    public async Task Nothing_private_is_in_the_log_the_session_or_the_processes()
    {
        await cluster.CreatePodAsync("secrets", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_LOG"] = "debug";
        var token = await cluster.CreateAdminAsync("secretive");
        await workstation.UseKubeconfigAsync(config => config.UseTokenAsync(token));
        var result =
            (await workstation.SshAsync("pod--secrets",
                "env; cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'; cat /tmp/sshpod/*/*/log")).Successfully();

        var secret = await PrivateLineAsync(workstation);
        Assert.DoesNotContain(secret, result.Text + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(token, result.Text + result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("SSHPOD_", result.Text, StringComparison.Ordinal);
        // What the user types and sees is not logged.
        Assert.DoesNotContain("SSH_CONNECTION=", result.Error, StringComparison.Ordinal);
        Assert.Equal("600\n", (await cluster.ExecAsync("secrets", "sh", "-c", "stat -c %a /tmp/sshpod/*/*/host_key")).Text);
    }

    [Fact]
    public async Task The_audit_log_of_the_api_server_has_our_requests_and_no_secret()
    {
        Assert.SkipUnless(cluster.IsLocal, "the audit log of a cluster that is not ours cannot be read");
        await cluster.CreatePodAsync("audited", "busybox:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--audited", "true")).Quietly();

        var log = Path.Combine(Path.GetDirectoryName(Environment.GetEnvironmentVariable("KUBECONFIG"))!, "log/audit.log");
        var lines = File.ReadLines(log)
            .Where(line => line.Contains($"/namespaces/{cluster.Namespace}/pods/audited/", StringComparison.Ordinal)).ToArray();

        Assert.Contains(lines, line => line.Contains("/exec?", StringComparison.Ordinal)
            && line.Contains("sshpod-bootstrap", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("/portforward", StringComparison.Ordinal));
        var secret = await PrivateLineAsync(workstation);
        Assert.All(lines, line => Assert.DoesNotContain(secret, line, StringComparison.Ordinal));
        // Proxies accept URLs of 8 KB.
        Assert.All(lines, line =>
            Assert.True(System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("requestURI").GetString()!.Length < 6000));
    }

    // The key itself is in the last lines of the file; the first are the same for every key.
    private static async Task<string> PrivateLineAsync(Workstation workstation) =>
        (await File.ReadAllLinesAsync(workstation.File("cache/sshpod/id_ed25519")))[^3];
}
