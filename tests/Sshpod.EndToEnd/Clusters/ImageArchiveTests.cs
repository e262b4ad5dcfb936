using System.Formats.Tar;
using System.Text.Json.Nodes;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Clusters;

/// <summary>The test images as archives, for another cluster to load.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ImageArchiveTests(TestCluster cluster)
{
    [Fact]
    public async Task Each_test_image_is_an_archive_under_the_name_by_which_pods_know_it()
    {
        Assert.SkipUnless(cluster.IsLocal, "only the machine of the local cluster makes images");
        var directory = Directory.CreateTempSubdirectory("sshpod-images-");
        try
        {
            (await Run.ProgramAsync(TestCluster.Script, ["images", directory.FullName], limit: TimeSpan.FromMinutes(10))).Successfully();
            var recipes = Directory.GetFiles(Path.Combine(Path.GetDirectoryName(TestCluster.Script)!, "images"), "*.sh")
                .Select(recipe => Path.GetFileNameWithoutExtension(recipe));
            Assert.Equal(recipes.Order(StringComparer.Ordinal),
                directory.GetFiles().Select(archive => Path.GetFileNameWithoutExtension(archive.Name)).Order(StringComparer.Ordinal));
            foreach (var archive in directory.GetFiles())
                await AssertIsImageAsync(archive);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    // As `docker save` writes it, which ctr and kind read.
    private static async Task AssertIsImageAsync(FileInfo archive)
    {
        HashSet<string> entries = [];
        JsonNode? manifest = null;
        await using var file = archive.OpenRead();
        await using var reader = new TarReader(file);
        while (await reader.GetNextEntryAsync() is { } entry)
        {
            entries.Add(entry.Name);
            if (entry.Name == "manifest.json")
                manifest = (await JsonNode.ParseAsync(entry.DataStream!))![0]!;
        }
        var name = Path.GetFileNameWithoutExtension(archive.Name);
        Assert.Matches($"^localhost/{name}:[0-9]+$", manifest?["RepoTags"]?[0]?.GetValue<string>());
        Assert.Contains(manifest!["Config"]!.GetValue<string>(), entries);
        Assert.All(manifest["Layers"]!.AsArray(), layer => Assert.Contains(layer!.GetValue<string>(), entries));
    }
}
