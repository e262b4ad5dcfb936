using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>The arm64 server in a container of arm64 programs. The local cluster runs them through qemu.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ArchitectureTests(TestCluster cluster)
{
    [Fact]
    public async Task A_container_for_arm64_gets_the_server_for_arm64()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: arm64}, spec: {terminationGracePeriodSeconds: 0,
            """ + """
             containers: [{name: main, image: "IMAGES/arm64:1"}]}}
            """);
        var state = "";
        await Eventually.HoldsAsync("the container runs or cannot", async () =>
            (state = (await cluster.KubectlAsync("get", "pod", "arm64", "-n", cluster.Namespace, "-o",
                "jsonpath={.status.containerStatuses[0]['state', 'lastState']}")).Text).Contains(
                "startedAt", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        Assert.SkipWhen(state.Contains("exec format error", StringComparison.Ordinal),
            "this cluster's kernel does not run arm64 programs (no binfmt_misc); sshd/test.sh runs the server under qemu-aarch64-static");

        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_LOG"] = "debug";
        var first = (await workstation.SshAsync("pod--arm64", "uname -m")).Successfully();
        Assert.Equal("aarch64\n", first.Text);
        Assert.Contains("upload of the bundle for arm64", first.Error, StringComparison.Ordinal);

        workstation.Environment["SSHPOD_LOG"] = null;
        var login = new Login(workstation, "app", "pod--arm64");
        Assert.Equal("1000 /home/app\n", await login.RunAsync("echo $(id -u) $HOME"));
        await login.CopyThereAndBackAsync();
        Assert.StartsWith("/dev/pts/", await login.RunInTerminalAsync("tty"), StringComparison.Ordinal);
        await login.ForwardAsync();
    }
}
