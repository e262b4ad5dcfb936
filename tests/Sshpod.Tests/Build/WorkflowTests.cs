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

    [GeneratedRegex("^[a-z-]+/[a-z-]+@[0-9a-f]{40}$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"^\t\t(?<rid>[a-z]+-(x64|arm64))\) echo", RegexOptions.Multiline)]
    private static partial Regex Rid();
}
