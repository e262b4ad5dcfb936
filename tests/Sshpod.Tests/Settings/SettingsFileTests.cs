using System.Text.RegularExpressions;
using CsCheck;
using Sshpod.HostNames;
using Sshpod.Machine;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Tests.Settings;

public partial class SettingsFileTests
{
    [Fact]
    public void The_example_in_the_documentation_sets_everything()
    {
        var settings = Parse(
            Example().Match(File.ReadAllText(Path.Combine(DocumentationTests.Root, "docs/settings.md"))).Groups["yaml"].Value);
        Assert.Equal(("app", TransportKind.Api, TunnelKind.PortForward, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(2)),
            (settings.Container, settings.Transport, settings.Tunnel, settings.Idle, settings.Wait));
        Assert.Equal((TimeSpan.FromHours(8), Path.Combine(ClientDirectory.Home, ".ssh/id_ed25519_sk"), true),
            (settings.Access?.Limit, settings.Identity, settings.CleanEnvironment));
        Assert.Equal((TimeSpan.FromHours(12), OutageDisplay.Title), (settings.Resume, settings.ResumeLine));
        Assert.Equal("arn:aws:eks:eu-west-1:123456789012:cluster/dev", settings.Aliases.Contexts["dev"]);
        Assert.Equal("machine-learning-production", settings.Aliases.Namespaces["ML"]);
        Assert.Equal(new PodAddress(TargetKind.Deployment, "trainer", null, "ml", "dev"), settings.Aliases.Targets["gpu"]);
        Assert.Equal(new PodAddress(TargetKind.Pod, "postgres.example-0", "db", "data", "kubernetes-admin@kubernetes"),
            settings.Aliases.Targets["db"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing yet\n")]
    [InlineData("aliases:\n  contexts:\n  # none\ncontainer:\n")]
    public void A_file_without_values_sets_nothing(string text)
    {
        var settings = Parse(text);
        Assert.Equal((null, null, null, null, null),
            (settings.Container, settings.Transport, settings.Tunnel, settings.Idle, settings.Wait));
        Assert.Empty(settings.Aliases.Contexts);
    }

    [Theory]
    [InlineData(
        "# x\ntransprot: api",
        "line 2: unknown key \"transprot\"; did you mean \"transport\"? allowed in the file: access, aliases, container, ephemeral, "
        + "ephemeral-image, identity, idle, other-users-environment, resume, resume-line, shared-places, transport, tunnel, wait")]
    [InlineData("verbose: 1", "line 1: unknown key \"verbose\"; allowed in the file: access,")]
    [InlineData("aliases:\n  context: {a: b}",
        "line 2: unknown key \"context\"; did you mean \"contexts\"? allowed in aliases: contexts, namespaces, targets")]
    [InlineData("transport: kubctl", "line 1: \"transport\" is \"kubctl\"; did you mean \"kubectl\"? allowed: auto, api, kubectl")]
    [InlineData("tunnel: [exec]", "line 1: expected auto, port-forward, exec")]
    [InlineData("idle: soon", "line 1: \"idle\" is \"soon\"; use seconds, or a time such as 90s, 10m or 2h; 0 for ever")]
    [InlineData("wait: -1", "line 1: \"wait\" is \"-1\"; use seconds, or a time such as 90s, 10m or 2h; 0 not to wait")]
    [InlineData("resume: 8d",
        "line 1: \"resume\" is \"8d\"; use seconds, or a time such as 90s, 10m or 2h, at most 168h; 0 means never resume")]
    [InlineData("resume: 169h", "line 1: \"resume\" is \"169h\"; use seconds")]
    [InlineData("resume-line: rows", "line 1: \"resume-line\" is \"rows\"; did you mean \"row\"? allowed: row, title, none")]
    [InlineData(
        "access: 10s", "line 1: \"access\" is \"10s\"; use \"every-connection\", or a time of a minute or more such as 90s, 10m or 24h")]
    [InlineData("identity: id_ed25519", "line 1: \"identity\" is \"id_ed25519\"; use an absolute path, or one that begins with ~/")]
    [InlineData("other-users-environment: none", "line 1: \"other-users-environment\" is \"none\"; allowed: container, clean")]
    [InlineData("container: My App", "line 1: \"My App\" cannot be the name of a container")]
    [InlineData("- a\n- b", "line 1: the file is not a table of settings")]
    [InlineData("aliases: dev", "line 1: aliases is not a table of settings; its keys are contexts, namespaces, targets")]
    [InlineData("aliases: {targets: [a]}", "line 1: \"targets\" is not a table of aliases")]
    [InlineData("aliases:\n  contexts:\n    a.b: c", "line 3: \"a.b\" cannot be an alias")]
    [InlineData("aliases: {targets: {a--b: pod--c}}", "line 1: \"a--b\" cannot be an alias")]
    [InlineData("aliases:\n  targets:\n    gpu: pod--x\n    GPU: pod--y", "line 4: alias \"GPU\" is defined twice")]
    [InlineData("aliases:\n  targets:\n    gpu: pods--x", "line 3: alias \"gpu\": unknown prefix \"pods--\"")]
    [InlineData("aliases: {targets: {gpu: {namespace: x}}}", "line 1: alias \"gpu\" names no target; give it one of pod, deployment,")]
    [InlineData("aliases: {targets: {gpu: {pod: x, job: y}}}", "line 1: alias \"gpu\" names 2 targets")]
    [InlineData("aliases: {targets: {gpu: {pod: --all}}}",
        "line 1: \"--all\" cannot be the name of a pod; use lower-case letters, digits, inner dashes and dots, at most 253 characters")]
    [InlineData("aliases: {namespaces: {ml: a.b}}", "line 1: \"a.b\" cannot be the name of a namespace")]
    [InlineData("aliases: {contexts: {dev: {}}}", "line 1: expected the name of a context")]
    [InlineData("idle: 1\n  wait: 2", "line 2: invalid YAML: ")]
    [InlineData("idle: 1\nidle: 2", "line 2: invalid YAML: ")]
    [InlineData("idle: 1\n---\nidle: 2", "line 3: a second document begins here")]
    public void A_mistake_is_reported_with_its_line_and_the_allowed_values(string text, string line) =>
        Assert.StartsWith($"/c.yaml {line}", Assert.Throws<SshpodException>(() => Parse(text)).Line);

    [Fact]
    public void No_input_throws_anything_but_the_error_for_users()
    {
        string[] words = ["aliases", "contexts", "targets", "pod", ":", " ", "\n", "  ", "{", "}", "[", "]", "- ", "&a", "*a",
            "!!x", "idle", "10m", "\"", "'", "---\n", "? ", "a", "null", "|", ">"];
        Gen.Int[0, words.Length - 1].Select(i => words[i]).Array[0, 20].Select(string.Concat).Sample(text =>
        {
            try
            {
                return Parse(text) is not null;
            }
            catch (SshpodException e)
            {
                return e.Line.StartsWith("/c.yaml line ", StringComparison.Ordinal);
            }
        });
    }

    private static FileSettings Parse(string text) => SettingsFile.Parse("/c.yaml", text);

    [GeneratedRegex(@"^```yaml\n(?<yaml>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
