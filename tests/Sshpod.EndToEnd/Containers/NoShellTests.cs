using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>
/// Containers without a shell, of an image that has one program. The local cluster's API server is older than ephemeral containers with a
/// securityContext, so its helpers change their user by themselves, or have the pod's.
/// </summary>
public sealed class NoShellTests(TestCluster cluster)
{
    private const string Restricted = "{runAsUser: 65532, runAsGroup: 65532, runAsNonRoot: true, fsGroup: 2000}";

    private const string NoRights = "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}";

    [Theory]
    [InlineData("root", "0", "{}", "")]
    [InlineData("rootless", "0", "{}", NoRights + "}")]
    [InlineData("frozen", "0", "{}", "securityContext: {readOnlyRootFilesystem: true}")]
    [InlineData("user", "65532", "{}", "securityContext: {runAsUser: 65532}")]
    [InlineData("restricted", "65532", Restricted, NoRights + ", readOnlyRootFilesystem: true}")]
    public async Task A_container_without_a_shell_gets_everything(string name, string uid, string pod, string container)
    {
        await using var workstation = await SetUpAsync($"bare-{name}", pod, container);
        var added = await workstation.SshpodAsync("debug", workstation.Host($"pod--bare-{name}"));
        Assert.Equal(0, added.ExitCode);
        Assert.Matches("^sshpod: added ephemeral container \"sshpod-[0-9a-f]{8}\" to pod \"bare-[a-z]+\"", added.Error);

        var login = new Login(workstation, uid == "0" ? "root" : "nonroot", $"pod--bare-{name}");
        Assert.Equal($"{uid}\n", await login.RunAsync("id -u"));
        // The same process as any other of the container.
        Assert.Equal("", await login.RunAsync(
            "for f in Uid Gid CapInh CapPrm CapEff CapBnd NoNewPrivs Seccomp; do "
            + "[ \"$(grep ^$f: /proc/self/status)\" = \"$(grep ^$f: /proc/1/status)\" ] || echo $f; done; "
            + "for n in mnt pid net ipc uts user; do "
            + "[ \"$(readlink /proc/self/ns/$n)\" = \"$(readlink /proc/1/ns/$n)\" ] || echo $n; done"));
        if (!container.Contains("readOnly", StringComparison.Ordinal))
            await login.CopyThereAndBackAsync();
        Assert.StartsWith("/dev/pts/", await login.RunInTerminalAsync("tty"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_consent_the_pod_stays_as_it_is_and_afterwards_everybody_gets_in()
    {
        await using var workstation = await SetUpAsync("bare-consent", "{}", "");
        var before = await VersionAsync("bare-consent");
        var refused = await workstation.SshAsync("pod--bare-consent", "true");
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains($"has no shell \"sh\"; put one beside it with: sshpod debug {workstation.Host("pod--bare-consent")}", refused.Error,
            StringComparison.Ordinal);
        await workstation.SshpodAsync("doctor", workstation.Host("pod--bare-consent"));
        Assert.Equal(before, await VersionAsync("bare-consent"));

        (await workstation.SshpodAsync("debug", workstation.Host("pod--bare-consent"))).Successfully();
        await using var other = await Workstation.SetUpAsync(cluster);
        await Eventually.HoldsAsync("the helper has ended", async () => (await StatusAsync("bare-consent")).Contains("/sh",
            StringComparison.Ordinal));
        Assert.Equal("0\n", await new Login(other, "root", "pod--bare-consent").RunAsync("id -u"));
        Assert.Single((await HelpersAsync("bare-consent")).Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Clean_leaves_nothing_but_the_record()
    {
        await using var workstation = await SetUpAsync("bare-clean", "{}", "securityContext: {readOnlyRootFilesystem: true}");
        workstation.Environment["SSHPOD_EPHEMERAL"] = "always";
        (await workstation.SshAsync("pod--bare-clean", "true")).Successfully();
        workstation.Environment.Remove("SSHPOD_EPHEMERAL");
        var cleaned = await workstation.SshpodAsync("clean", workstation.Host("pod--bare-clean"));
        Assert.StartsWith("sshpod: cleaned container \"main\"", cleaned.Error, StringComparison.Ordinal);
        Assert.Contains("; the pod's record keeps ephemeral container \"sshpod-", cleaned.Error, StringComparison.Ordinal);
        await Eventually.HoldsAsync("the helper has ended", async () => (await StatusAsync("bare-clean")).Contains("cleaned",
            StringComparison.Ordinal));
        Assert.StartsWith("sshpod: nothing to clean in container",
            (await workstation.SshpodAsync("clean", workstation.Host("pod--bare-clean"))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_image_that_cannot_be_had_is_said_and_the_next_one_may_be()
    {
        await using var workstation = await SetUpAsync("bare-image", "{}", "");
        var failed = await workstation.SshpodAsync("debug", "--image", "localhost/there-is-none:1", workstation.Host("pod--bare-image"));
        Assert.Equal(255, failed.ExitCode);
        Assert.Contains("does not start (", failed.Error, StringComparison.Ordinal);
        (await workstation.SshpodAsync("debug", workstation.Host("pod--bare-image"))).Successfully();
    }

    private async Task<Workstation> SetUpAsync(string name, string pod, string container)
    {
        var also = container.Length > 0 ? $", {container}" : "";
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: {{{name}}} }, spec: {terminationGracePeriodSeconds: 0, securityContext: {{{pod}}},
              containers: [{name: main, image: "IMAGES/static:1"{{{also}}} }]}}
            """);
        await Eventually.HoldsAsync($"{name} runs", async () => (await cluster.KubectlAsync("get", "pod", name, "-n", cluster.Namespace,
            "-o",
            "jsonpath={.status.containerStatuses[0].state.running.startedAt}")).Text.Length > 0);
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_EPHEMERAL_IMAGE"] = TestCluster.Image("busybox:1");
        return workstation;
    }

    private async Task<string> VersionAsync(string pod) => (await cluster.KubectlAsync(
        "get", "pod", pod, "-n", cluster.Namespace, "-o", "jsonpath={.metadata.resourceVersion}")).Text;

    private async Task<string> StatusAsync(string pod) => (await cluster.KubectlAsync(
        "get", "pod", pod, "-n", cluster.Namespace, "-o",
            "jsonpath={.status.ephemeralContainerStatuses[*].state.terminated.message}")).Text;

    private async Task<string> HelpersAsync(string pod) => (await cluster.KubectlAsync(
        "get", "pod", pod, "-n", cluster.Namespace, "-o", "jsonpath={.spec.ephemeralContainers[*].name}")).Text;
}
