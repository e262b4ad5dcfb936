using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Clusters;

/// <summary>The local cluster's API server, which is older than the Go it is built with.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ManyObjectsTests(TestCluster cluster)
{
    private const int Each = 200;

    [Fact]
    public async Task Objects_with_maps_are_created_read_and_changed_without_an_internal_error()
    {
        var objects = string.Concat(Enumerable.Range(0, Each).SelectMany(Objects).Select(text => $"---\n{text}\n"));
        foreach (var (verb, word) in new[] { ("create", "created"), ("replace", "replaced") })
        {
            var outcome = (await cluster.KubectlAsync(PipeSource.FromString(objects), verb, "-n", cluster.Namespace, "-f", "-"))
                .Successfully();
            Assert.Equal(3 * Each, outcome.Text.Split('\n').Count(line => line.EndsWith($" {word}", StringComparison.Ordinal)));
        }
        var read = (await cluster.KubectlAsync("get", "configmaps,roles,serviceaccounts", "-n", cluster.Namespace, "-l", "of=many", "-o",
            "name")).Successfully();
        Assert.Equal(3 * Each, read.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static string[] Objects(int number) =>
    [
        $$"""{apiVersion: v1, kind: ConfigMap, {{Metadata(number)}}, data: {key: value, other: "{{number}}"} }""",
        $$"""
        {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, {{Metadata(number)}},
         rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]}
        """,
        $$"""{apiVersion: v1, kind: ServiceAccount, {{Metadata(number)}}}""",
    ];

    private static string Metadata(int number) =>
        $$"""metadata: {name: many-{{number}}, labels: {of: many}, annotations: {number: "{{number}}"} }""";
}
