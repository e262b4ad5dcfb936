using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

public sealed class AgentForwardingTests(TestCluster cluster)
{
    [Fact]
    public async Task Git_clones_from_another_pod_with_the_key_in_the_users_agent()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var agent = await SshAgent.StartAsync(workstation);
        var key = await agent.AddNewKeyAsync();

        // An ordinary git host: Debian's own sshd in a pod, which accepts the key that only the user's agent holds.
        var ip = (await cluster.KubectlAsync("get", "pod", "git-server", "-n", cluster.Namespace, "-o",
            "jsonpath={.status.podIP}")).Successfully().Text;
        (await cluster.ExecAsync("git-server", "sh", "-ec", $"""
            mkdir -p -m 700 /root/.ssh && echo '{key}' >/root/.ssh/authorized_keys
            [ -d /srv/repo.git ] || git init -q --bare -b main /srv/repo.git
            rm -rf /tmp/work && git clone -q /srv/repo.git /tmp/work 2>&1 && cd /tmp/work
            echo content >file && git add file && git -c user.name=a -c user.email=a@b commit -qm first && git push -q origin HEAD:main
            """)).Successfully();

        var clone =
            $"rm -rf /tmp/clone && GIT_SSH_COMMAND='ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR' "
            + $"git clone -q root@{ip}:/srv/repo.git /tmp/clone && cat /tmp/clone/file";
        var with = await workstation.RunAsync("ssh", "-F", workstation.SshConfig, "-A", $"root@{workstation.Host("pod--debian")}", clone);
        var without = await workstation.SshAsync("pod--debian", clone);

        Assert.Equal("content\n", with.Quietly().Text);
        Assert.NotEqual(0, without.ExitCode);
    }
}
