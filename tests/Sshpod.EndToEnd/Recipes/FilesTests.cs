using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class FilesTests(TestCluster cluster)
{
    public static TheoryData<string> Commands => [.. Recipe.Named("Files").Blocks.SelectMany(block => block.Commands)];

    [Theory, MemberData(nameof(Commands))]
    public async Task Files_arrive(string command)
    {
        await using var reader = await Reader.SetUpAsync(cluster, "files");
        (await cluster.ExecAsync("files", "rm", "-rf", "/tmp/folder", "/srv/folder")).Successfully();

        (await reader.ShellAsync(reader.Fill(command))).Successfully();
        var arrived = File.Exists(reader.Workstation.File("hostname"))
            ? await File.ReadAllTextAsync(reader.Workstation.File("hostname"))
            : (await cluster.ExecAsync("files", "sh", "-c",
                "cat /tmp/folder/below/file || cat /srv/folder/below/file")).Successfully().Text;
        Assert.True(arrived is "content\n" or "files\n", arrived);
    }
}
