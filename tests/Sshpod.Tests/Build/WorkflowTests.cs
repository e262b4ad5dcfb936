using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Tests.Build;

/// <summary>What the GitHub workflows may do, and whose code they run.</summary>
public sealed partial class WorkflowTests
{
    public static TheoryData<string> Workflows =>
        [.. Directory.GetFiles(Path.Combine(Document.Root, ".github/workflows"), "*.yml").Select(file => Path.GetFileName(file))];

    [Theory, MemberData(nameof(Workflows))]
    public void An_action_is_pinned_by_its_commit_and_a_checkout_leaves_no_credentials(string workflow)
    {
        foreach (var step in Jobs(workflow).SelectMany(job => (YamlSequenceNode)job.Value["steps"]).Cast<YamlMappingNode>())
        {
            if (!step.Children.TryGetValue("uses", out var uses))
                continue;
            Assert.Matches(Pinned(), uses.ToString());
            if (uses.ToString().StartsWith("actions/checkout@", StringComparison.Ordinal))
                Assert.Equal("false", step["with"]["persist-credentials"].ToString());
        }
    }

    [Theory, MemberData(nameof(Workflows))]
    public void A_job_gets_what_it_says_and_only_the_one_that_publishes_may_write(string workflow)
    {
        Assert.Empty(((YamlMappingNode)Root(workflow)["permissions"]).Children);
        var writers = Jobs(workflow).Where(job =>
            ((YamlMappingNode)job.Value["permissions"]).Children.Any(permission => permission.Value.ToString() == "write"));
        Assert.Equal(workflow == "release.yml" ? ["release"] : [], writers.Select(job => job.Key.ToString()));
    }

    [Theory, MemberData(nameof(Workflows))]
    public void A_container_is_pinned_by_its_digest_and_all_use_the_same(string workflow)
    {
        var containers = Scalars(Root(workflow)).Where(entry => entry.Key is "container" or "image" or "DEBIAN")
            .Select(entry => entry.Value).Where(value => value != "${{ matrix.container }}").ToArray();
        Assert.All(containers, container => Assert.Matches(Digest(), container));
        Assert.Single(containers.Distinct());
    }

    [Theory, MemberData(nameof(Workflows))]
    public void A_runner_has_a_version_and_not_the_newest(string workflow) => Assert.All(
        Scalars(Root(workflow)).Where(entry => entry.Key is "os" or "runs-on").Select(entry => entry.Value)
            .Where(value => value != "${{ matrix.os }}"),
        runner => Assert.Matches(Runner(), runner));

    [Fact]
    public void Tests_without_a_cluster_run_on_each_system()
    {
        var unit = Jobs("test.yml").Single(job => job.Key.ToString() == "unit").Value;
        Assert.Equal(["macos", "ubuntu", "windows"],
            ((YamlSequenceNode)unit["strategy"]["matrix"]["os"]).Select(os => os.ToString().Split('-')[0]).Order());
    }

    [Fact]
    public void Tests_on_a_cluster_run_on_an_old_and_a_new_Kubernetes_whose_images_and_whose_kind_are_pinned()
    {
        var job = Jobs("test.yml").Single(job => job.Key.ToString() == "kubernetes").Value;
        var nodes = ((YamlSequenceNode)job["strategy"]["matrix"]["node"]).Select(node => Node().Match(node.ToString())).ToArray();
        Assert.All(nodes, node => Assert.True(node.Success));
        Assert.Equal(2, nodes.Select(node => node.Groups["version"].Value).Distinct().Count());

        var commands = ((YamlSequenceNode)job["steps"]).Cast<YamlMappingNode>()
            .Where(step => step.Children.ContainsKey("run")).Select(step => step["run"].ToString()).ToArray();
        Assert.Matches(Kind(), commands[0]);
        Assert.Equal("tests/kind.sh \"${{ matrix.node }}\" \"$DEBIAN\"", commands[1]);
        var script = File.ReadAllText(Path.Combine(Document.Root, "tests/kind.sh"));
        Assert.All(["SSHPOD_TEST_CONTEXT=", "SSHPOD_TEST_IMAGES=", "tests/cluster/cluster images "],
            part => Assert.Contains(part, script, StringComparison.Ordinal));
    }

    [Fact]
    public void A_release_has_the_version_of_its_tag_and_is_attested_before_it_is_published()
    {
        var jobs = Jobs("release.yml").ToDictionary(job => job.Key.ToString(), job => job.Value);
        var first = ((YamlSequenceNode)jobs["bundles"]["steps"]).Select(step => step.ToString()).ToArray();
        Assert.Contains(first, step => step.Contains("<Version>${GITHUB_REF_NAME#v}</Version>", StringComparison.Ordinal));
        foreach (var (job, needs) in new[] { ("archives", "bundles"), ("packages", "archives"), ("release", "packages") })
            Assert.Equal(needs, jobs[job]["needs"].ToString());
        var last = ((YamlSequenceNode)jobs["release"]["steps"]).Select(step => step.ToString()).ToArray();
        var attested = Array.FindIndex(last, step => step.Contains("actions/attest-build-provenance@", StringComparison.Ordinal));
        var published = Array.FindIndex(last, step => step.Contains("gh release create", StringComparison.Ordinal));
        Assert.InRange(attested, 0, published - 1);
        // The key is known to the one step that signs.
        Assert.Single(jobs.SelectMany(job => (YamlSequenceNode)job.Value["steps"]),
            step => step.ToString().Contains("secrets.SIGNING_KEY", StringComparison.Ordinal));
    }

    [Fact]
    public void Each_system_that_an_installer_knows_has_an_archive()
    {
        var archives = Jobs("release.yml").Single(job => job.Key.ToString() == "archives").Value;
        var built = ((YamlSequenceNode)archives["strategy"]["matrix"]["include"]).Select(entry => entry["rid"].ToString());
        var script = File.ReadAllText(Path.Combine(Document.Root, "build/release.sh"));
        var named = Rid().Matches(script).Select(match => match.Groups["rid"].Value);
        Assert.Equal(named.Order(), built.Order());
    }

    private static YamlMappingNode Root(string workflow)
    {
        var stream = new YamlStream();
        using var reader = File.OpenText(Path.Combine(Document.Root, ".github/workflows", workflow));
        stream.Load(reader);
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static IEnumerable<KeyValuePair<YamlNode, YamlNode>> Jobs(string workflow) => (YamlMappingNode)Root(workflow)["jobs"];

    // Each scalar, with the key that it is below.
    private static IEnumerable<(string Key, string Value)> Scalars(YamlNode node, string key = "") => node switch
    {
        YamlMappingNode mapping => mapping.SelectMany(entry => Scalars(entry.Value, entry.Key.ToString())),
        YamlSequenceNode sequence => sequence.SelectMany(entry => Scalars(entry, key)),
        _ => [(key, node.ToString())],
    };

    [GeneratedRegex("^[a-z]+:[a-z]+-[0-9]{8}@sha256:[0-9a-f]{64}$")]
    private static partial Regex Digest();

    [GeneratedRegex("^kindest/node:v1\\.(?<version>[0-9]+)\\.[0-9]+@sha256:[0-9a-f]{64}$")]
    private static partial Regex Node();

    [GeneratedRegex(@"^go install sigs\.k8s\.io/kind@v[0-9]+\.[0-9]+\.[0-9]+ ")]
    private static partial Regex Kind();

    [GeneratedRegex("^(ubuntu-[0-9]{2}.04|macos-[0-9]+|windows-[0-9]+)(-[a-z]+)?$")]
    private static partial Regex Runner();

    [GeneratedRegex("^[a-z-]+/[a-z-]+@[0-9a-f]{40}$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^\t\t(?<rid>[a-z]+-(x64|arm64))\) echo", RegexOptions.Multiline)]
    private static partial Regex Rid();
}
