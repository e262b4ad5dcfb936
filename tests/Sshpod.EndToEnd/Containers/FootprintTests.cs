using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>sshpod writes into its own directory and nowhere else.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class FootprintTests(TestCluster cluster)
{
    // Path, kind, size, mode, owner and time of everything except our directory and the kernel's file systems. The time and size of /tmp,
    // which contains our directory, may change.
    private const string Tree = """
        find / \( -path /proc -o -path /sys -o -path /dev -o -path /tmp/sshpod \)
        """ + """
         -prune -o ! -path /tmp -exec stat -c '%n %F %s %a %u:%g %y' {} + | sort
        stat -c '%n %F %a %u:%g' /tmp
        """;

    // Names of all processes, including the shell that lists them.
    private const string Processes = "for p in /proc/[0-9]*; do read -r name <$p/comm && echo $name; done 2>/dev/null | sort";

    [Theory]
    [InlineData("busybox:1", "", "root")]
    [InlineData("debian:12", "", "root")]
    [InlineData("debian:12", "", "app")]
    [InlineData("debian:12", "securityContext: {runAsUser: 1000, runAsGroup: 1000}", "app")]
    public async Task The_file_tree_is_as_it_was_and_only_the_server_remains(string image, string context, string user)
    {
        var pod = $"footprint-{Guid.NewGuid():N}"[..20];
        await cluster.CreatePodAsync(pod, image, context);
        var tree = await InContainerAsync(pod, Tree);
        var processes = await InContainerAsync(pod, Processes);
        Assert.Contains("/etc/passwd regular file", tree, StringComparison.Ordinal);

        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var agent = await SshAgent.StartAsync(workstation);
        await agent.AddNewKeyAsync();
        var login = new Login(workstation, user, $"pod--{pod}");
        await login.RunAsync("true");
        await login.CopyThereAndBackAsync();
        Assert.Equal("socket\n", await login.RunAsync("[ -S $SSH_AUTH_SOCK ] && echo socket", "-A"));
        Assert.StartsWith("/dev/pts/", await login.RunInTerminalAsync("tty"), StringComparison.Ordinal);
        await login.ForwardAsync();

        // The session ends shortly after ssh returns.
        var remaining = string.Join('\n', processes.Split('\n').Append("sshd").Where(name => name.Length > 0).Order(StringComparer.Ordinal))
            + "\n";
        var now = "";
        try
        {
            await Eventually.HoldsAsync("no process remains but the server",
                async () => (now = await InContainerAsync(pod, Processes)) == remaining);
        }
        catch (TimeoutException)
        {
            Assert.Equal(remaining, now);
        }
        Assert.Equal(tree, await InContainerAsync(pod, Tree));
    }

    private async Task<string> InContainerAsync(string pod, string script) =>
        (await cluster.ExecAsync(pod, "sh", "-c", script)).Successfully().Text;
}
