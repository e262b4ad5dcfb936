using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Tunnels;

/// <summary>Which tunnel is chosen, according to the log.</summary>
public sealed class TunnelChoiceTests(TestCluster cluster)
{
    private const string PortForward = "tunnel: PortForward", Exec = "tunnel: Exec";

    [Fact]
    public async Task Port_forward_is_first()
    {
        await using var workstation = await UserAsync();
        Assert.Equal([PortForward], await ConnectAsync(workstation, "pod--busybox"));
    }

    [Fact]
    public async Task Where_port_forward_is_forbidden_it_is_exec_and_the_next_connection_knows()
    {
        await using var workstation = await UserAsync();
        await WithoutPortForwardAsync(workstation, "no-forward");
        Assert.Equal([PortForward, Exec], await ConnectAsync(workstation, "pod--busybox"));
        Assert.Equal([Exec], await ConnectAsync(workstation, "pod--debian"));
    }

    [Fact]
    public async Task A_stale_or_broken_memory_costs_only_one_attempt()
    {
        await using var workstation = await UserAsync();
        await WithoutPortForwardAsync(workstation, "still-no-forward");
        Assert.Equal([PortForward, Exec], await ConnectAsync(workstation, "pod--busybox"));
        var memory = Assert.Single(Directory.GetFiles(workstation.File("cache/sshpod/tunnels")));
        // From another version, then more than a day old, then missing.
        await File.WriteAllBytesAsync(memory, [0, 255, 13, 10]);
        Assert.Equal([PortForward, Exec], await ConnectAsync(workstation, "pod--busybox"));
        File.SetLastWriteTimeUtc(memory, DateTime.UtcNow.AddDays(-2));
        Assert.Equal([PortForward, Exec], await ConnectAsync(workstation, "pod--busybox"));
        File.Delete(memory);
        Assert.Equal([PortForward, Exec], await ConnectAsync(workstation, "pod--busybox"));
        Assert.Equal([Exec], await ConnectAsync(workstation, "pod--busybox"));
    }

    [Fact]
    public async Task A_silent_port_forward_falls_back_to_exec()
    {
        await using var workstation = await UserAsync();
        // As with a runtime whose pods have their own network stack (gvisor#3811): the port listens, but nobody answers.
        KubectlWrapper.Install(workstation, """
            case " $* " in *" port-forward "*)
                port=$((20000 + RANDOM % 20000))
                { until nc -z 127.0.0.1 $port; do sleep 0.1; done; echo "Forwarding from 127.0.0.1:$port -> 1"; } &
                # In the place of this process, which sshpod will kill.
                exec nc -dlk 127.0.0.1 $port >/dev/null;;
            esac
            exec $kubectl "$@"
            """);
        Assert.Equal([PortForward, Exec], await ConnectAsync(workstation, "pod--busybox"));
        Assert.Equal([Exec], await ConnectAsync(workstation, "pod--busybox"));
    }

    [Fact]
    public async Task A_refused_port_forward_falls_back_to_exec()
    {
        await using var workstation = await UserAsync();
        KubectlWrapper.Install(workstation, """
            case " $* " in *" port-forward "*) echo 'error: error upgrading connection: unable to upgrade' >&2; exit 1;; esac
            exec $kubectl "$@"
            """);
        Assert.Equal([PortForward, Exec], await ConnectAsync(workstation, "pod--busybox"));
        Assert.Equal([Exec], await ConnectAsync(workstation, "pod--busybox"));
    }

    [Fact]
    public async Task On_the_hosts_network_it_is_always_exec_and_nothing_listens()
    {
        await cluster.CreatePodAsync("on-host", "busybox:1", spec: "hostNetwork: true");
        await using var workstation = await UserAsync();
        Assert.Equal([Exec], await ConnectAsync(workstation, "pod--on-host"));
        Assert.NotEqual(0, (await cluster.ExecAsync("on-host", "sh", "-c", "ls /tmp/sshpod/*/*/port")).ExitCode);
        Assert.False(Directory.Exists(workstation.File("cache/sshpod/tunnels")));

        workstation.Environment["SSHPOD_TUNNEL"] = "port-forward";
        Assert.Equal([PortForward], await ConnectAsync(workstation, "pod--on-host"));
        (await workstation.SshpodAsync("clean", workstation.Host("pod--on-host"))).Successfully();
    }

    [Fact]
    public async Task The_setting_counts_where_the_variable_is_not_set()
    {
        await using var workstation = await UserAsync();
        workstation.Environment["SSHPOD_TUNNEL"] = null;
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), "tunnel: exec\n");
        Assert.Equal([Exec], await ConnectAsync(workstation, "pod--busybox"));
        workstation.Environment["SSHPOD_TUNNEL"] = "port-forward";
        Assert.Equal([PortForward], await ConnectAsync(workstation, "pod--busybox"));
    }

    [Fact]
    public async Task A_forced_tunnel_works_or_says_why_not()
    {
        await using var workstation = await UserAsync();
        foreach (var (value, expected) in new[] { ("port-forward", PortForward), ("exec", Exec) })
        {
            workstation.Environment["SSHPOD_TUNNEL"] = value;
            Assert.Equal([expected], await ConnectAsync(workstation, "pod--busybox"));
        }
        Assert.False(Directory.Exists(workstation.File("cache/sshpod/tunnels")));

        workstation.Environment["SSHPOD_LOG"] = null;
        workstation.Environment["SSHPOD_TUNNEL"] = "port-forward";
        await WithoutPortForwardAsync(workstation, "forced-forward");
        FaultReport.Record("port-forward forced and forbidden", await workstation.SshAsync("pod--busybox", "true"),
            "pods/portforward in namespace");
    }

    [Fact]
    public async Task An_unknown_tunnel_is_reported_before_any_request()
    {
        await using var workstation = await UserAsync();
        await ConnectAsync(workstation, "pod--busybox");
        KubectlWrapper.Install(workstation, "touch $HOME/asked; exec $kubectl \"$@\"");
        workstation.Environment["SSHPOD_LOG"] = null;
        workstation.Environment["SSHPOD_TUNNEL"] = "vpn";
        FaultReport.Record("SSHPOD_TUNNEL is nonsense", await workstation.SshAsync("pod--busybox", "true"),
            "SSHPOD_TUNNEL is \"vpn\"; use auto, port-forward or exec");
        Assert.False(File.Exists(workstation.File("asked")));
    }

    private async Task<Workstation> UserAsync()
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_LOG"] = "debug";
        workstation.Environment["SSHPOD_TUNNEL"] = "auto";
        return workstation;
    }

    /// <summary>The tunnels that one connection tries.</summary>
    private static async Task<string[]> ConnectAsync(Workstation workstation, string target)
    {
        var result = (await workstation.SshAsync(target, "echo in")).Successfully();
        Assert.Equal("in\n", result.Text);
        return [.. result.Error.Split('\n').Select(line => line.Split("ms  ")[^1]).Where(said => said is PortForward or Exec)];
    }

    private async Task WithoutPortForwardAsync(Workstation workstation, string user)
    {
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{user}}} }}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: {{{user}}} },
             rules: [{apiGroups: [""], resources: [pods], verbs: [get]}, {apiGroups: [""], resources: [pods/exec], verbs: [get, create]}]}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{{user}}} },
             roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{{user}}} },
            """ + $$$"""
             subjects: [{kind: ServiceAccount, name: {{{user}}}, namespace: {{{cluster.Namespace}}} }]}
            """);
        await workstation.UseKubeconfigAsync(config => config.ImpersonateAsync($"system:serviceaccount:{cluster.Namespace}:{user}"));
    }
}
