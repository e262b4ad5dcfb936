using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class SshfsTests(TestCluster cluster)
{
    [Fact]
    public async Task A_folder_of_the_pod_is_mounted_read_and_written()
    {
        Assert.SkipUnless(File.Exists("/dev/fuse") || Environment.GetEnvironmentVariable("CI") == "true", "this machine has no /dev/fuse");
        await using var reader = await Reader.SetUpAsync(cluster, "sshfs");
        (await cluster.ExecAsync("sshfs", "touch", "/srv/of-the-pod")).Successfully();

        var listed = (await reader.FollowAsync(Recipe.Named("sshfs"))).Text;
        Assert.Contains("of-the-pod\n", listed, StringComparison.Ordinal);
        Assert.Equal("content\n", (await cluster.ExecAsync("sshfs", "cat", "/srv/folder/below/file")).Quietly().Text);
    }
}
