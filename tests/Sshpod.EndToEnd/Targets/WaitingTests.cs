using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Targets;

public sealed class WaitingTests(TestCluster cluster)
{
    private const string SlowInit =
        """initContainers: [{name: before, image: "IMAGES/busybox:1","""
            + """ command: [sh, -c, "until [ -e /go/on ]; do sleep 0.1; done"], volumeMounts: [{name: go, mountPath: /go}]}],"""
            + """ volumes: [{name: go, emptyDir: {}}]""";

    [Fact]
    public async Task A_pod_that_is_starting_is_waited_for()
    {
        await cluster.ApplyAsync(Pod("starting", SlowInit));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var ssh = workstation.SshAsync("pod--starting", "hostname");
        await LetGoAsync("starting");
        Assert.Equal("starting\n", (await ssh).Quietly().Text);
    }

    [Fact]
    public async Task A_deployment_whose_pods_are_starting_is_waited_for_and_so_is_the_successor_of_a_pod_that_is_deleted()
    {
        await cluster.ApplyAsync(Deployment("arriving", 1, SlowInit));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var ssh = workstation.SshAsync("deployment--arriving", "hostname");
        var first = await NewPodAsync("arriving", but: "");
        await LetGoAsync(first);
        Assert.Equal(first, (await ssh).Quietly().Text.Trim());

        (await cluster.KubectlAsync("delete", "pod", first, "-n", cluster.Namespace, "--wait=false")).Successfully();
        ssh = workstation.SshAsync("deployment--arriving", "hostname");
        var second = await NewPodAsync("arriving", but: first);
        await LetGoAsync(second);
        Assert.Equal(second, (await ssh).Quietly().Text.Trim());
    }

    [Fact]
    public async Task The_wait_ends_in_time_with_what_is_still_missing()
    {
        await cluster.ApplyAsync(Pod("late", SlowInit));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await StartedAsync("late");
        workstation.Environment["SSHPOD_WAIT"] = "2s";
        // It says how long it has waited, and the last look of a busy machine may take a while.
        Assert.Matches("container \"main\" of pod \"late\" in namespace .* after [2-9] s; see kubectl describe pod late",
            await FailsAsync(workstation, "pod--late", "is not running (Pending: PodInitializing) after "));
        workstation.Environment["SSHPOD_WAIT"] = null;
        await File.WriteAllTextAsync(Path.Combine(workstation.Home, "config/sshpod/config.yaml"), "wait: 0");
        await FailsAsync(workstation, "pod--late", "is not running (Pending: PodInitializing); see kubectl");
        workstation.Environment["SSHPOD_WAIT"] = "long";
        await FailsAsync(workstation, "pod--late",
            "SSHPOD_WAIT is \"long\"; set it to seconds, or a time such as 90s, 10m or 2h; 0 means do not wait");
    }

    [Theory]
    [InlineData("image-missing", "{name: main, image: IMAGES/no-such-image:1, imagePullPolicy: Never}",
        "", "ErrImageNeverPull: Container image \"")]
    [InlineData("image-name-bad", "{name: main, image: 'Not:An:Image'}", "", "InvalidImageName: ")]
    [InlineData("config-missing", "{name: main, image: IMAGES/busybox:1, envFrom: [{configMapRef: {name: nowhere}}]}",
        "", "CreateContainerConfigError: ")]
    [InlineData("crashing", "{name: main, image: IMAGES/busybox:1, command: [sh, -c, exit 3]}", "", "CrashLoopBackOff: back-off")]
    [InlineData("too-big", "{name: main, image: IMAGES/busybox:1, resources: {requests: {cumulus: 1}}}", "", "Unschedulable: 0/")]
    public async Task What_cannot_start_fails_at_once_with_Kubernetes_reason(string name, string container, string spec, string reason)
    {
        container = container.Replace("cumulus: 1", "memory: 900Ti", StringComparison.Ordinal);
        await cluster.ApplyAsync(Deployment(name, 1, spec, container));
        await Eventually.HoldsAsync(reason, async () =>
            (await cluster.KubectlAsync("get", "pods", "-n", cluster.Namespace, "-l", $"app={name}", "-o",
                "jsonpath={.items[*].status}")).Text.Contains(reason.Split(':')[0], StringComparison.Ordinal), TimeSpan.FromMinutes(2));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // Effectively forever: what fails does not wait. An unschedulable pod would, since a node may come.
        workstation.Environment["SSHPOD_WAIT"] = name == "too-big" ? null : "1h";
        await FailsAsync(workstation, $"deployment--{name}", reason);
        var pod = await NewPodAsync(name, but: "");
        await FailsAsync(workstation, $"pod--{pod}", reason);
    }

    [Fact]
    public async Task A_deployment_that_wants_no_pods_fails_at_once()
    {
        await cluster.ApplyAsync(Deployment("none", 0, ""));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_WAIT"] = "1h";
        await FailsAsync(workstation, "deployment--none", "has no ready pod (no pods at all)");
        await FailsAsync(workstation, "deployment--not-there", "no deployment \"not-there\"");
    }

    [Fact]
    public async Task The_line_on_a_terminal_tells_what_is_waited_for_and_is_gone_when_the_session_begins()
    {
        await cluster.ApplyAsync(Pod("shown", SlowInit));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var terminal = await TmuxTerminal.StartAsync(
            workstation, 120, 20, $"{workstation.SshCommand} root@{workstation.Host("pod--shown")} hostname");
        await terminal.WaitForAsync("^sshpod: waiting for container \"main\" of pod \"shown\": Pending: PodInitializing \\(\\d+ s\\)$");
        await terminal.ResizeAsync(40, 20);
        await terminal.WaitForAsync("^sshpod: waiting for container \"main\" of( p)?$");
        await LetGoAsync("shown");
        await terminal.WaitForAsync("exit status 0");
        Assert.Equal("shown\nexit status 0", (await terminal.ScreenAsync()).Trim());
    }

    [Theory]
    [InlineData("-o ControlMaster=auto -o ControlPersist=5 -o ControlPath=SOCKET", "", true)]
    [InlineData("-q", "", false)]
    [InlineData("-o BatchMode=yes", "", false)]
    [InlineData("", "</dev/null | cat", false)]
    [InlineData("", "2>/dev/null", false)]
    public async Task The_line_is_shown_where_a_user_looks_and_nowhere_else(string options, string end, bool isShown)
    {
        var pod = $"seen-{Guid.NewGuid():N}"[..12];
        await cluster.ApplyAsync(Pod(pod, SlowInit));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        options = options.Replace("SOCKET", workstation.File("cm"), StringComparison.Ordinal);
        // tmux logs every byte written to the terminal, so that no line can come and go unseen.
        await using var terminal = await TmuxTerminal.StartAsync(
            workstation, 120, 20, $"sleep 1; {workstation.SshCommand} {options} root@{workstation.Host($"pod--{pod}")} hostname {end}");
        await terminal.LogAsync(workstation.File("bytes"));
        await StartedAsync(pod);
        if (isShown)
            await terminal.WaitForAsync("^sshpod: waiting for container");
        else
            await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        await LetGoAsync(pod);
        await terminal.WaitForAsync("exit status 0");
        Assert.Equal(
            isShown, (await File.ReadAllTextAsync(workstation.File("bytes"), TestContext.Current.CancellationToken)).Contains(
                "waiting for", StringComparison.Ordinal));
        Assert.DoesNotContain("waiting for", await terminal.ScreenAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_is_seen_where_ssh_takes_the_stderr_away_for_a_connection_that_stays()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var result = await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-o", "ControlMaster=auto", "-o", "ControlPersist=5",
            "-o", $"ControlPath={workstation.File("cm")}",
            $"root@{workstation.Host("pod--not-there")}", "true");
        Assert.Contains("sshpod: no pod \"not-there\"", result.Error, StringComparison.Ordinal);
    }

    private static string Pod(string name, string spec) =>
        $$$"""{apiVersion: v1, kind: Pod, metadata: {name: {{{name}}}}, spec: {terminationGracePeriodSeconds: 0,"""
            + $$$""" containers: [{name: main, image: "IMAGES/busybox:1"}], {{{spec}}}}}""";

    private static string Deployment(string name, int replicas, string spec, string container = "{name: main, image: IMAGES/busybox:1}") =>
        $$$"""
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: {{{name}}}}
        spec:
          replicas: {{{replicas}}}
          selector: {matchLabels: {app: {{{name}}}}}
          template:
            metadata: {labels: {app: {{{name}}}}}
            spec: {terminationGracePeriodSeconds: 0, containers: [{{{container}}}]{{{(spec.Length > 0 ? $", {spec}" : "")}}}}
        """;

    private static async Task<string> FailsAsync(Workstation workstation, string target, string words)
    {
        var result = await workstation.SshAsync(target, "true");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains(words, result.Error, StringComparison.Ordinal);
        return result.Error;
    }

    private async Task<string> NewPodAsync(string app, string but)
    {
        var name = "";
        await Eventually.HoldsAsync($"a pod of {app}",
            async () =>
            (name = (await cluster.KubectlAsync("get", "pods", "-n", cluster.Namespace, "-l", $"app={app}", "-o",
                "jsonpath={.items[*].metadata.name}")).Text
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(pod => pod != but) ?? "").Length > 0);
        return name;
    }

    private Task StartedAsync(string pod) => Eventually.HoldsAsync("the init container runs", async () =>
        (await cluster.KubectlAsync("get", "pod", pod, "-n", cluster.Namespace, "-o",
            "jsonpath={.status.initContainerStatuses[0].state}")).Text.Contains(
            "running", StringComparison.Ordinal), TimeSpan.FromMinutes(1));

    private async Task LetGoAsync(string pod)
    {
        await StartedAsync(pod);
        (await cluster.KubectlAsync("exec", pod, "-c", "before", "-n", cluster.Namespace, "--", "touch", "/go/on")).Successfully();
    }
}
