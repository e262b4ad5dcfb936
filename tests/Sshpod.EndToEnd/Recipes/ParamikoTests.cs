using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class ParamikoTests(TestCluster cluster)
{
    private const string Heading = "Python: paramiko";

    [Fact]
    public async Task A_program_runs_a_command_and_puts_a_file()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "paramiko");
        Assert.Equal("Linux\n", (await reader.FollowAsync(Recipe.Named(Heading))).Text);
        Assert.Equal(await File.ReadAllTextAsync(reader.Workstation.File("pods.py")),
            (await cluster.ExecAsync("paramiko", "cat", "/srv/pods.py")).Quietly().Text);
    }

    [Fact]
    public async Task It_refuses_a_key_that_sshpod_did_not_learn()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "paramiko");
        await Recipe.LearnKeysElsewhereAsync(reader);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => reader.FollowAsync(Recipe.Named(Heading)));
        Assert.Contains("this is not the key of the container", refused.Message, StringComparison.Ordinal);
    }
}
