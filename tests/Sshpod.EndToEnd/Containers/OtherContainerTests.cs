using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>
/// Containers outside a pod's list of containers. Init containers that keep running (sidecars) came with Kubernetes 1.28, which the test
/// cluster does not have. In the pod's status they look like the running init container here.
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class OtherContainerTests(TestCluster cluster)
{
    [Fact]
    public async Task An_init_container_that_runs_is_reached_by_its_name()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: initializing}, spec: {terminationGracePeriodSeconds: 0,
              initContainers: [{name: setup, image: "IMAGES/busybox:1", env: [{name: ME, value: setup}]}],
            """ + """
             containers: [{name: main, image: "IMAGES/busybox:1"}]}}
            """);
        await RunsAsync("initializing", "initContainerStatuses");
        await using var workstation = await Workstation.SetUpAsync(cluster);

        await IsUsableAsync(workstation, "container--setup.pod--initializing", "setup");
        var main = await workstation.SshAsync("pod--initializing", "true");
        Assert.Equal(255, main.ExitCode);
        Assert.Contains("container \"main\" of pod \"initializing\"", main.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ephemeral_container_is_reached_by_its_name()
    {
        await cluster.CreatePodAsync("debugged", "static:1");
        (await Run.ProgramAsync(
            Kubectl, [.. Context, "debug", "debugged", "-n", cluster.Namespace, "-c",
                "debugger", $"--image={TestCluster.Image("busybox:1")}", "--env=ME=debugger"])).Successfully();
        await RunsAsync("debugged", "ephemeralContainerStatuses");
        await using var workstation = await Workstation.SetUpAsync(cluster);

        await IsUsableAsync(workstation, "container--debugger.pod--debugged", "debugger");
    }

    private static async Task IsUsableAsync(Workstation workstation, string target, string me)
    {
        var login = new Login(workstation, "root", target);
        Assert.Equal($"{me}\n", await login.RunAsync("echo $ME"));
        await login.CopyThereAndBackAsync();
        Assert.StartsWith("/dev/pts/", await login.RunInTerminalAsync("tty"), StringComparison.Ordinal);
    }

    private Task RunsAsync(string pod, string statuses) =>
        Eventually.HoldsAsync($"{statuses} of {pod} are running", async () =>
            (await cluster.KubectlAsync("get", "pod", pod, "-n", cluster.Namespace, "-o",
                $"jsonpath={{.status.{statuses}[0].state.running.startedAt}}")).Text.Length > 0);

    // Before 1.23 ephemeral containers used another API, so the local cluster needs the kubectl that was built with it.
    private static string Kubectl =>
        Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } kubeconfig
        && Path.Combine(Path.GetDirectoryName(kubeconfig)!, "bin/kubectl") is var own && File.Exists(own) ? own : "kubectl";

    private string[] Context => cluster.Context is { } context ? ["--context", context] : [];
}
