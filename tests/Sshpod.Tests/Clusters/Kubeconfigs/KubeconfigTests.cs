using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Tests.Clusters.Kubeconfigs;

public sealed class KubeconfigTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-kubeconfig-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_current_context_leads_to_its_cluster_and_namespace()
    {
        var files = Use("""
            current-context: dev
            contexts:
            - {name: prod, context: {cluster: far, namespace: live}}
            - {name: dev, context: {cluster: near}}
            clusters:
            - {name: far, cluster: {server: "https://far.example:6443", proxy-url: "http://proxy.example"}}
            - {name: near, cluster: {server: "https://127.0.0.1:6443"}}
            """);
        var current = Kubeconfig.Read(files, null)!;
        Assert.Equal((new Uri("https://127.0.0.1:6443"), null, "default"), (current.Server, current.ProxyUrl, current.Namespace));
        Assert.Equal(["prod", "dev"], current.Contexts);
        var prod = Kubeconfig.Read(files, "prod")!;
        Assert.Equal((new Uri("https://far.example:6443"), "http://proxy.example", "live"), (prod.Server, prod.ProxyUrl, prod.Namespace));
    }

    [Fact]
    public void Of_several_files_the_first_that_has_an_entry_wins_and_missing_ones_are_skipped()
    {
        var files = Use("current-context: a", null, "{current-context: b, contexts: [{name: a, context: {namespace: second}}]}",
            "contexts: [{name: a, context: {namespace: third}}]");
        Assert.Equal("second", Kubeconfig.Read(files, null)?.Namespace);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- no mapping")]
    [InlineData("contexts: text\ncurrent-context: [x]")]
    [InlineData("{broken")]
    [InlineData("current-context: missing")]
    public void A_file_that_makes_no_sense_is_as_good_as_none(string content)
    {
        var files = Use(content);
        Assert.Null(Kubeconfig.Read(files, null));
    }

    private KubeconfigFiles Use(params string?[] contents)
    {
        var files = contents.Select((_, i) => Path.Combine(_directory, $"{i}")).ToArray();
        foreach (var (file, content) in files.Zip(contents).Where(pair => pair.Second is not null))
            File.WriteAllText(file, content);
        return new KubeconfigFiles(files);
    }
}
