using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Targets;
using YamlDotNet.RepresentationModel;
using static Sshpod.Tests.Targets.Objects;

namespace Sshpod.Tests.Targets;

/// <summary>One table of what sshpod knows about the kinds of targets, and documents that have the same kinds.</summary>
public class TargetTableTests
{
    [Fact]
    public void Each_kind_that_a_host_name_can_name_has_its_row_and_its_word_is_that_of_kubectl()
    {
        Assert.Equal(Enum.GetValues<TargetKind>(), TargetTable.Rows.Select(row => row.Kind));
        Assert.All(TargetTable.Rows, row => Assert.Equal(HostName.Prefix(row.Kind), row.Resource.Kind));
        Assert.All(TargetTable.Rows, row => Assert.Equal(row.Kind, HostName.KindOf(HostName.Prefix(row.Kind))));
    }

    [Theory]
    [InlineData("pod--p.sshpod", "get pods p")]
    [InlineData("deployment--web.sshpod", "get deployments.apps web, list pods and replicasets.apps with app=web")]
    [InlineData("statefulset--web.sshpod", "get statefulsets.apps web, list pods with app=web")]
    [InlineData("daemonset--web.sshpod", "get daemonsets.apps web, list pods with app=web")]
    [InlineData("replicaset--web.sshpod", "get replicasets.apps web, list pods with app=web")]
    [InlineData("job--web.sshpod", "get jobs.batch web, list pods with app=web")]
    [InlineData("cronjob--daily.sshpod", "get cronjobs.batch daily, get jobs.batch web, list pods with app=web")]
    [InlineData("service--front.sshpod", "get services front, list pods with role=front")]
    public async Task A_pod_is_looked_for_with_the_requests_and_the_rights_of_its_kind(string host, string requests)
    {
        var address = HostName.Parse(host);
        var cluster = new KnownObjects(Pod("p"), Workload("web"), new CronJob(Meta("daily"), new CronJobStatus([new("web")])),
            new Service(Meta("front"), new ServiceSpec(new Dictionary<string, string> { ["role"] = "front" })));
        // There are no pods to choose from, and so no choice is remembered on this machine.
        await Record.ExceptionAsync(() => Resolution.FindPodAsync(cluster, address, default));
        Assert.Equal(requests, string.Join(", ", cluster.Asked));
        Assert.Equal(cluster.Asked.SelectMany(Rights), TargetTable.Row(address.Kind).Rights("default", address.Target).Select(Text));

        static string Text(Right right) => $"{right}";
        static IEnumerable<string> Rights(string request) => request.Split(' ') is ["get", var resource, _] ? [$"get {resource}"]
            : request.Split(" with ")[0][5..].Split(" and ").Select(resource => $"list {resource}");
    }

    [Theory, InlineData("sshpod"), InlineData("sshpod-exec")]
    public void A_role_of_rbac_yaml_has_the_rights_that_the_kinds_need_and_no_others(string role)
    {
        var needed = TargetTable.Rows.SelectMany(row => row.Rights("n", null)).Select(right => $"{right}").Distinct();
        Assert.Equal(needed.Order(), Granted(role).Where(right => !right.Contains('/', StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void The_role_for_ephemeral_containers_has_a_verb_for_each_transport_and_the_documents_name_the_same()
    {
        var granted = Granted("sshpod-ephemeral").ToArray();
        Assert.Equal(["patch pods/ephemeralcontainers", "update pods/ephemeralcontainers"], granted.Order());
        Assert.Contains("| `patch`, `update` pods/ephemeralcontainers |",
            File.ReadAllText(Path.Combine(Document.Root, "docs/security.md")).Split('\n')
                .Single(line => line.StartsWith("| `sshpod-ephemeral` |", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("`patch` pods/ephemeralcontainers (`update`, through kubectl)",
            File.ReadAllText(Path.Combine(Document.Root, "README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("README.md", @"(?<=^\|.*)(?<=`)[a-z]+(?=--(NAME)?`)")]
    [InlineData("docs/sshpod.1", @"(?<=^\.(It )?Cm .*)\b[a-z]+(?=--( Ns| ,))")]
    [InlineData("docs/host-names.md", @"(?<=^TARGET is .*)(?<=`)[a-z]+(?=`)|(?<=^\| .*`)[a-z]+(?=--`)")]
    public void A_document_lists_the_parts_of_a_host_name(string document, string part)
    {
        var listed = Regex.Matches(File.ReadAllText(Path.Combine(Document.Root, document)), part, RegexOptions.Multiline);
        Assert.Equal(HostName.AllPrefixes.Order(), listed.Select(match => match.Value).Distinct().Order());
    }

    private static IEnumerable<string> Granted(string role)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(Document.Root, "docs/rbac.yaml"))));
        var rules = stream.Documents.Select(document => document.RootNode)
            .Single(root => (string?)root["metadata"]["name"] == role)["rules"];
        return from rule in (YamlSequenceNode)rules
               from @group in Values(rule["apiGroups"])
               from resource in Values(rule["resources"])
               from verb in Values(rule["verbs"])
               select $"{verb} {resource}{(@group.Length > 0 ? $".{@group}" : "")}";

        static IEnumerable<string> Values(YamlNode node) => ((YamlSequenceNode)node).Select(value => (string)value!);
    }

    private static ObjectMeta Meta(string name) => Workload(name).Metadata;
}
