using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class AnsibleTests(TestCluster cluster)
{
    [Fact]
    public async Task Modules_and_playbooks_run()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "ansible");
        var said = (await reader.FollowAsync(Recipe.Named("Ansible"))).Text;

        Assert.Contains("\"ping\": \"pong\"", said, StringComparison.Ordinal);
        Assert.Contains("changed=1", said, StringComparison.Ordinal);
        Assert.Contains("Linux ansible", said, StringComparison.Ordinal);
        Assert.Equal("by Ansible\n", (await cluster.ExecAsync("ansible", "cat", "/etc/motd")).Quietly().Text);
    }
}
