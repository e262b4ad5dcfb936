using Sshpod.EndToEnd.Fixtures;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Documentation;

/// <summary>Commands in the documentation work as printed. Recipes have their own tests.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class CommandTests(TestCluster cluster)
{
    // Commands that do not run here: how they begin, and why they do not.
    private static readonly (string Beginning, string Reason)[] NotHere =
    [
        ("make demo", "DemoTests"),
        ("make install", "InstallTests"),
        ("curl --proto", "it needs a release: InstallShTests"),
        ("make test", "it runs this"),
        ("ssh -N -L", "it runs until it is interrupted: ForwardingTests"),
    ];

    private static IEnumerable<Section> AllSections => Directory.GetFiles(Path.Combine(Document.Root, "docs"), "*.md")
        .Select(file => Path.GetRelativePath(Document.Root, file)).Where(name => name != "docs/recipes.md")
        .Order(StringComparer.Ordinal).Prepend("README.md")
        .SelectMany(Document.Sections);

    public static TheoryData<string, string> Sections =>
        [.. AllSections.Where(section => CommandsOf(section).Any(command => !IsNotHere(command)))
            .Select(section => (section.Document, section.Heading))];

    [Theory, MemberData(nameof(Sections))]
    public async Task The_commands_of_a_section_run(string document, string heading)
    {
        await using var reader = await Reader.SetUpAsync(cluster, "documented");
        await cluster.ApplyAsync("""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: documented}
            spec:
              selector: {matchLabels: {app: documented}}
              template:
                metadata: {labels: {app: documented}, annotations: {kubectl.kubernetes.io/default-container: main}}
                spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: "IMAGES/debian:12"},
            """ + """
             {name: sidecar, image: "IMAGES/busybox:1"}]}
            """);
        (await cluster.KubectlAsync("wait", "--for=condition=available", "--timeout=60s", "deployment/documented",
            "-n", cluster.Namespace)).Successfully();
        // The aliases of docs/settings.md, for what exists here.
        await File.WriteAllTextAsync(reader.Workstation.File(".config/sshpod/config.yaml"), reader.Fill("""
            aliases:
              contexts: {dev: CONTEXT}
              namespaces: {ml: NS}
              targets:
                gpu: deployment--NAME.namespace--ml.context--dev
            """));
        foreach (var section in AllSections.Where(section => (section.Document, section.Heading) == (document, heading)))
            await reader.FollowAsync(section, IsNotHere);
    }

    [Fact]
    public void Every_command_that_does_not_run_here_is_in_a_document() => Assert.All(NotHere, entry =>
        Assert.Contains(AllSections.SelectMany(CommandsOf), command => command.StartsWith(entry.Beginning, StringComparison.Ordinal)));

    private static IEnumerable<string> CommandsOf(Section section) => section.Blocks.SelectMany(block => block.Commands);

    private static bool IsNotHere(string command) => NotHere.Any(entry => command.StartsWith(entry.Beginning, StringComparison.Ordinal));
}
