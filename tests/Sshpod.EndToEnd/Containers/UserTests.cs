using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>Whatever user a container runs as, it can be used as through <c>kubectl exec</c>.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class UserTests(TestCluster cluster)
{
    private const string Identity = "id -u; id -g; id -G";

    // The most that the "restricted" Pod Security Standard allows a container.
    private const string Unprivileged = "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}";

    [Theory]
    [InlineData("uid-with-entry", "runAsUser: 1000, runAsGroup: 1000", "", "1000")]
    [InlineData("uid-without-entry", "runAsUser: 1000670000", "fsGroup: 1000670000", "1000670000")]
    [InlineData("root-without-sshd-user", "", "", "0")]
    [InlineData("root-without-capabilities", Unprivileged, "", "0")]
    [InlineData("uid-without-capabilities", $"runAsUser: 1000, {Unprivileged}", "", "1000")]
    [InlineData("root-with-groups", "", "fsGroup: 2000, supplementalGroups: [3000, 4000]", "0")]
    [InlineData("uid-with-groups", "runAsUser: 1000, runAsGroup: 1000", "fsGroup: 2000, supplementalGroups: [3000, 4000]", "1000")]
    public async Task The_containers_user_does_everything_with_the_groups_it_has(
        string pod, string containerContext, string podContext, string uid)
    {
        await cluster.CreatePodAsync(pod, "debian:12", $"securityContext: {{{containerContext}}}", $"securityContext: {{{podContext}}}");
        Assert.NotEqual(0, (await cluster.ExecAsync(pod, "grep", "sshd", "/etc/passwd")).ExitCode);
        await UsedFullyAsync(pod, uid);
    }

    [Fact]
    public async Task A_pod_that_restricted_pod_security_admits_does_everything()
    {
        await cluster.CreatePodAsync("restricted", "debian:12",
            $"securityContext: {{{Unprivileged}, readOnlyRootFilesystem: true}}, volumeMounts: [{{name: tmp, mountPath: /tmp}}]",
            "securityContext: {runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, seccompProfile: {type: RuntimeDefault}}, volumes: "
            + "[{name: tmp, emptyDir: {}}]");
        Assert.Equal(
            "2\n", (await cluster.ExecAsync("restricted",
                "sh", "-c", "while read name value; do [ $name != Seccomp: ] || echo $value; done </proc/self/status")).Text);
        await UsedFullyAsync("restricted", "1000");
    }

    [Fact]
    public async Task Where_the_container_is_not_root_every_name_is_its_user()
    {
        await cluster.CreatePodAsync("any-name", "debian:12", "securityContext: {runAsUser: 1000, runAsGroup: 1000}");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        foreach (var name in new[] { "app", "root", "daemon", "nobody-knows" })
            Assert.Equal("1000 /home/app /home/app app app /bin/bash\n",
                await new Login(workstation, name, "pod--any-name").RunAsync("echo $(id -u) $HOME $PWD $USER $LOGNAME $SHELL"));
    }

    [Fact]
    public async Task Where_the_container_is_root_a_name_it_knows_is_that_user()
    {
        await cluster.CreatePodAsync("by-name", "debian:12",
            """command: [sh, -c, "echo 'extra:x:3000:other,app' >>/etc/group; exec /pause"]""",
            "securityContext: {supplementalGroups: [4000]}");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        const string who = "echo $(id -u) $(id -g) $(id -G) $HOME $PWD $USER $LOGNAME $SHELL";
        var app = new Login(workstation, "app", "pod--by-name");

        Assert.Equal("1000 1000 1000 3000 /home/app /home/app app app /bin/bash\n", await app.RunAsync(who));
        await app.CopyThereAndBackAsync("/home/app");
        Assert.StartsWith("/dev/pts/", await app.RunInTerminalAsync("tty"), StringComparison.Ordinal);
        await app.ForwardAsync();
        await app.ForwardAgentAsync();
        foreach (var name in new[] { "root", "nobody-knows" })
            Assert.Equal("0 0 0 4000 /root /root root root /bin/bash\n", await new Login(workstation, name, "pod--by-name").RunAsync(who));
    }

    [Theory]
    [InlineData("nologin", "1500", "/")]
    [InlineData("shellless", "1501", "/srv")]
    [InlineData("locked", "1502", "/srv")]
    [InlineData("expired", "1503", "/srv")]
    [InlineData("root", "0", "/root")]
    public async Task An_account_that_is_not_meant_for_logins_is_no_obstacle(string name, string uid, string home)
    {
        var pod = $"account-{name}";
        await cluster.CreatePodAsync(pod, "debian:12", """
            command: [sh, -c, "printf '%s\\n' 'root:!:0:0::/root:/usr/sbin/nologin' 'nologin:*:1500:1500::/no/such/home:/usr/sbin/nologin'
            """ + """
             'shellless:x:1501:1501::/srv:/no/such/shell' 'locked:!:1502:1502::/srv:/bin/sh'
            """ + """
             'expired:x:1503:1503::/srv:/bin/false' >/etc/passwd;
            """ + """
             printf '%s\\n' 'root:!*:1::::::' 'locked:!:1::::::' 'expired:!:1:0:1:0:0:1:' >/etc/shadow; exec /pause"]
            """);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var login = new Login(workstation, name, $"pod--{pod}");

        Assert.Equal($"{uid} {home} {name}\n", await login.RunAsync("echo $(id -u) $HOME $USER"));
        // A shell runs, and SHELL names it.
        Assert.Equal(name == "locked" ? "/bin/sh\n" : "/bin/bash\n", await login.RunAsync("echo $SHELL"));
        await login.CopyThereAndBackAsync();
        Assert.StartsWith("/dev/pts/", await login.RunInTerminalAsync("tty"), StringComparison.Ordinal);
    }

    private async Task UsedFullyAsync(string pod, string uid)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var login = new Login(workstation, "root", $"pod--{pod}");

        var identity = (await cluster.ExecAsync(pod, "sh", "-c", Identity)).Successfully().Text;
        Assert.StartsWith($"{uid}\n", identity, StringComparison.Ordinal);
        Assert.Equal(identity, await login.RunAsync(Identity));
        await login.CopyThereAndBackAsync();
        Assert.StartsWith("/dev/pts/", await login.RunInTerminalAsync("tty"), StringComparison.Ordinal);
        await login.ForwardAsync();
        await login.ForwardAgentAsync();
        // Setting up an agent's directory or a terminal must not drop the groups.
        Assert.Equal(identity.Replace("\n", "\r\n", StringComparison.Ordinal), await login.RunInTerminalAsync(Identity, "-A"));
    }
}
