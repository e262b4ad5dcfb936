using System.Globalization;
using System.Text;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Clusters;

/// <summary>
/// The API server itself: tests create objects all the time, and one that fails now and then (reflect2 1.0.1 with Go 1.18) looks like a
/// fault of sshpod.
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ManyObjectsTests(TestCluster cluster)
{
    private const int Count = 200;

    [Theory]
    [InlineData("many-maps", "v1", "ConfigMap", "data: {a: b, c: d}")]
    [InlineData("many-accounts", "v1", "ServiceAccount", "automountServiceAccountToken: false")]
    [InlineData("many-roles", "rbac.authorization.k8s.io/v1", "Role", "rules: [{apiGroups: [''], resources: [pods], verbs: [get, list]}]")]
    public async Task Hundreds_of_objects_are_created_without_an_error(string name, string version, string kind, string content)
    {
        var yaml = new StringBuilder();
        for (var i = 0; i < Count; i++)
            yaml.Append(CultureInfo.InvariantCulture, $$$"""
                ---
                {apiVersion: {{{version}}}, kind: {{{kind}}}, {{{content}}},
                 metadata: {name: {{{name}}}-{{{i}}}, labels: {many: {{{name}}} }, annotations: {one: two, three: four} } }

                """);
        await cluster.ApplyAsync(yaml.ToString());
        var there = (await cluster.KubectlAsync("get", kind, "-n", cluster.Namespace, "-l", $"many={name}", "-o", "name")).Successfully();
        Assert.Equal(Count, there.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        (await cluster.KubectlAsync("delete", kind, "-n", cluster.Namespace, "-l", $"many={name}", "--wait=false")).Successfully();
    }
}
