using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class LftpTests(TestCluster cluster)
{
    [Fact]
    public async Task It_mirrors_a_folder_into_the_pod()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "lftp");
        await reader.FollowAsync(Recipe.Named("lftp"));
        Assert.Equal("content\n", (await cluster.ExecAsync("lftp", "cat", "/srv/folder/below/file")).Quietly().Text);
    }
}
