using System.Net;
using System.Net.Sockets;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

/// <summary>Every failure ends in under five seconds, with exit code 255 and one line of ours that names the object.</summary>
[Collection(nameof(Alone))]
[Trait(Suites.Name, Suites.Streams)]
public sealed class ErrorTests(TestCluster cluster)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Theory]
    [InlineData("pod--busybox.local", "does not end in .sshpod")]
    [InlineData("busybox.sshpod", "part \"busybox\"")]
    [InlineData("pods--busybox.sshpod", "unknown prefix \"pods--\"")]
    [InlineData("pod--busybox.pod--debian.sshpod", "\"pod--\" twice")]
    [InlineData("pod--.sshpod", "empty name after \"pod--\"")]
    [InlineData("namespace--default.sshpod", "names no target")]
    public async Task A_wrong_host_name(string host, string words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        // ssh runs sshpod only for *.sshpod, so a name without the suffix is passed the way ssh would.
        AssertOneLine(await workstation.SshpodAsync("proxy", "--host", host, "--user", "root"), words);
        if (host.EndsWith(".sshpod", StringComparison.Ordinal))
            AssertOneLine(await workstation.RunAsync("ssh", "-F", workstation.SshConfig, $"root@{host}", "true"), words);
    }

    [Fact]
    public async Task No_such_context()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "root@pod--busybox.context--nowhere.sshpod", "true"),
            "no context \"nowhere\"");
    }

    [Fact]
    public async Task No_such_namespace()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "root@pod--busybox.namespace--defualt.sshpod", "true"),
            "no namespace \"defualt\"; did you mean \"default\"?");
    }

    [Fact]
    public async Task No_access_to_the_namespace()
    {
        var name = $"eve-{cluster.Namespace}";
        await cluster.ApplyAsync($"{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: {name}}}}}");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var user = $"system:serviceaccount:{cluster.Namespace}:{name}";
        await workstation.UseKubeconfigAsync(config => config.ImpersonateAsync(user));
        AssertOneLine(await workstation.SshAsync("pod--busybox", "true"),
            $"user \"{user}\" may not get pods in namespace \"{cluster.Namespace}\"");
    }

    [Theory]
    [InlineData("pod--bsybox", "no pod \"bsybox\" in namespace \"NAMESPACE\"; did you mean \"busybox\"?")]
    [InlineData("pod--nothing-like-it", "no pod \"nothing-like-it\" in namespace \"NAMESPACE\"; kubectl get pods -n NAMESPACE lists them")]
    [InlineData("deployment--wbe", "no deployment \"wbe\" in namespace \"NAMESPACE\"; did you mean \"web\"?")]
    [InlineData("job--bach", "no job \"bach\" in namespace \"NAMESPACE\"; did you mean \"batch\"?")]
    [InlineData("container--third.pod--two", "no container \"third\"; it has first, second")]
    [InlineData("pod--two", "has 2 containers: first, second; choose one with container--NAME")]
    public async Task A_wrong_name(string target, string words)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.SshAsync(target, "true"), words.Replace("NAMESPACE", cluster.Namespace, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deployment_without_a_ready_pod()
    {
        await cluster.ApplyAsync("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: never-ready}
            spec:
              selector: {matchLabels: {app: never-ready}}
              template:
                metadata: {labels: {app: never-ready}}
                spec: {containers: [{name: main, image: IMAGES/there-is-no-such-image:1, imagePullPolicy: Never}]}
            """);
        await Eventually.HoldsAsync("the pod waits for its image", async () =>
            (await cluster.KubectlAsync("get", "pods", "-n", cluster.Namespace, "-l", "app=never-ready")).Text.Contains(
                "ErrImageNeverPull", StringComparison.Ordinal));
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.SshAsync("deployment--never-ready", "true"), "deployment \"never-ready\"",
            "has no ready pod", "ErrImageNeverPull");
    }

    [Fact]
    public async Task A_pod_that_does_not_run()
    {
        await cluster.ApplyAsync("""
            {apiVersion: v1, kind: Pod, metadata: {name: done}, spec: {restartPolicy: Never,
            """ + """
             containers: [{name: main, image: "IMAGES/busybox:1", command: [sh, -c, "exit 0"]}]}}
            """);
        await Eventually.HoldsAsync("the pod has ended", async () =>
            (await cluster.KubectlAsync("get", "pod", "done", "-n", cluster.Namespace,
                "-o", "jsonpath={.status.phase}")).Text == "Succeeded");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.SshAsync("pod--done", "true"), "container \"main\" of pod \"done\"", "is not running (Succeeded");
    }

    [Fact]
    public async Task Kubectl_is_not_installed()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TRANSPORT"] = "kubectl";
        workstation.Environment["PATH"] = workstation.MakePath("ssh", "sh", "ssh-keygen");
        AssertOneLine(await workstation.SshAsync("pod--busybox", "true"), "cannot run kubectl", "install kubectl");
    }

    [Fact]
    public async Task There_is_no_such_transport()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TRANSPORT"] = "spdy";
        AssertOneLine(await workstation.SshAsync("pod--busybox", "true"), "SSHPOD_TRANSPORT is \"spdy\"", "use auto, api or kubectl");
    }

    [Fact]
    public async Task The_kubeconfig_has_what_the_api_transport_does_not_understand()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        await workstation.UseKubeconfigAsync(config => config.SetUserFieldAsync("auth-provider", "x"));
        AssertOneLine(await workstation.SshAsync("pod--busybox", "true"), "unsupported: auth-provider", "set SSHPOD_TRANSPORT=kubectl");
    }

    [Fact]
    public async Task The_api_server_has_a_certificate_for_another_name()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TRANSPORT"] = "api";
        await workstation.UseKubeconfigAsync(config => config.SetTlsServerNameAsync("elsewhere.example"));
        AssertOneLine(await workstation.SshAsync("pod--busybox", "true"), "cannot verify API server", "RemoteCertificateNameMismatch");
    }

    [Fact]
    public async Task The_api_server_refuses_connections()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync("https://127.0.0.1:9"));
        AssertOneLine(await workstation.SshAsync("pod--busybox", "true"), "API server 127.0.0.1:9", "refuses connections");
    }

    [Fact]
    public async Task The_api_server_swallows_connections()
    {
        // A listener whose backlog is full: the kernel drops further connections, as a firewall does.
        using var full = new TcpListener(IPAddress.Loopback, 0);
        full.Start(1);
        var port = ((IPEndPoint)full.LocalEndpoint).Port;
        var queue = Enumerable.Range(0, 4).Select(_ => new TcpClient().ConnectAsync(IPAddress.Loopback, port)).ToArray();
        await Eventually.HoldsAsync("the queue is full", () => queue.Count(connection => connection.IsCompletedSuccessfully) >= 2);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"https://127.0.0.1:{port}"));
        AssertOneLine(await workstation.SshAsync("pod--busybox", "true"), $"API server 127.0.0.1:{port}", "cannot be reached");
    }

    [Fact]
    public async Task The_api_server_accepts_connections_and_is_silent()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await workstation.UseKubeconfigAsync(config => config.SetServerAsync($"https://127.0.0.1:{port}"));
        // A busy server can be silent for a while too, so this takes longer to detect.
        FaultReport.Record("API server accepts and is silent", await workstation.SshAsync("pod--busybox", "true"),
            $"API server 127.0.0.1:{port}");
    }

    [Fact]
    public async Task There_is_no_kubeconfig()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["KUBECONFIG"] = workstation.File("no-such-file");
        AssertOneLine(await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "root@pod--busybox.sshpod", "true"),
            "no cluster is configured");
    }

    [Fact]
    public async Task A_container_without_a_shell()
    {
        await cluster.CreatePodAsync("static", "static:1");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.SshAsync("pod--static", "true"), "container \"main\" of pod \"static\"",
            "has no shell \"sh\"", "sshpod debug");
    }

    [Fact]
    public async Task An_architecture_without_a_bundle()
    {
        // A fake uname, since there is no machine of another architecture to test on.
        await cluster.CreatePodAsync("fake-uname", "busybox:1",
            """lifecycle: {postStart: {exec: {command: [sh, -c, "rm /bin/uname; printf '#!/bin/sh\necho riscv64\n' >/bin/uname;"""
                + """ chmod 755 /bin/uname"]}}}""");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.SshAsync("pod--fake-uname", "true"), "architecture \"riscv64\"", "amd64 and arm64");
    }

    [Fact]
    public async Task A_full_tmp()
    {
        // Without df: it would show the problem before anything is sent.
        await cluster.CreatePodAsync("full", "busybox:1", """
            securityContext: {privileged: true}, lifecycle: {postStart: {exec: {command: [sh, -c,
            "rm /bin/df && mount -t tmpfs -o size=200k none /tmp && mount -o remount,ro /"]}}}
            """);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var result = await workstation.SshAsync("pod--full", "true");
        AssertOneLine(result, "no space", "pod \"full\"", "/tmp");
        FaultReport.Record("disk full during upload", result, "no space");
        Assert.Equal("", (await cluster.ExecAsync("full", "find", "/tmp", "-type", "f")).Text);
    }

    [Fact]
    public async Task A_read_only_tmp()
    {
        await cluster.CreatePodAsync("read-only", "busybox:1",
            $"securityContext: {{readOnlyRootFilesystem: true}}, {NoSharedMemory.Mounts}", NoSharedMemory.Volumes);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        AssertOneLine(await workstation.SshAsync("pod--read-only", "true"), "no place", "pod \"read-only\"",
            "/tmp is read-only", "emptyDir");
    }

    private static void AssertOneLine(Outcome result, params string[] words)
    {
        Assert.Equal(255, result.ExitCode);
        var ours = result.Error.Split('\n').Where(line => line.Length > 0 && !IsOfSsh(line)).ToArray();
        Assert.True(ours.Length == 1 && ours[0].StartsWith("sshpod: ", StringComparison.Ordinal), $"not one line of ours:\n{result.Error}");
        foreach (var word in words)
            Assert.Contains(word, ours[0], StringComparison.Ordinal);
        Assert.True(result.Time < Limit, $"took {result.Time.TotalSeconds:0.0} s");
    }

    // What ssh itself prints when its ProxyCommand fails.
    private static bool IsOfSsh(string line) =>
        line.TrimEnd('\r') is "kex_exchange_identification: Connection closed by remote host" or "Connection closed by UNKNOWN port 65535";
}
