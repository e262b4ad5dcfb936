namespace Sshpod.Tests.House;

public class FoldersTests
{
    [Fact]
    public void A_folder_uses_only_those_that_stand_before_it()
    {
        var upward = Folders.Upward();
        Assert.True(upward.Length == 0, string.Join('\n', upward));
    }

    [Theory]
    [InlineData(
        "Terminal/Planted.cs", "using Sshpod.Commands;\nnamespace Sshpod.Terminal;\nclass Planted { Type T => typeof(HelpCommand); }",
        "Terminal/Planted.cs line 3 uses HelpCommand of Commands")]
    [InlineData("Ssh/Planted.cs", "namespace Sshpod.Ssh;\nclass Planted { object? O => Clusters.Cluster.Equals(1, 2); }",
        "Ssh/Planted.cs line 2 uses Cluster of Clusters")]
    [InlineData("Clusters/Api/Http/Planted.cs", "namespace Sshpod.Clusters.Api.Http;\nclass Planted { string? S(ApiCluster c) => null; }",
        "Clusters/Api/Http/Planted.cs line 2 uses ApiCluster of Clusters/Api")]
    public void A_use_that_runs_back_up_is_found_whichever_way_it_is_written(string path, string text, string finding) =>
        Assert.Contains(finding, Folders.UpwardFrom(path, text));

    [Fact]
    public void Every_folder_has_its_place_in_the_order_and_every_place_its_folder() =>
        Assert.Equal(Folders.InOrder.Order(StringComparer.Ordinal), Folders.OnDisk.Order(StringComparer.Ordinal));

    [Fact]
    public void A_namespace_is_the_folder_it_stands_in() => Assert.All(Folders.Namespaces, file =>
        Assert.Equal($"Sshpod/{Path.GetDirectoryName(file.File)}".Replace('\\', '/').TrimEnd('/').Replace('/', '.'), file.Namespace));
}
