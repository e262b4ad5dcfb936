using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class NodeTests(TestCluster cluster)
{
    [Fact]
    public async Task A_program_runs_a_command_and_refuses_a_key_that_sshpod_did_not_learn()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "node");
        Assert.EndsWith("Linux\n", (await reader.FollowAsync(Recipe.Named("Node.js: ssh2"))).Text, StringComparison.Ordinal);

        (await reader.ShellAsync("rm .cache/sshpod/known_hosts")).Successfully();
        await Recipe.LearnKeysElsewhereAsync(reader);
        var refused = await reader.ShellAsync("node pods.js");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("verification failed", refused.Error, StringComparison.Ordinal);
    }
}
