using Sshpod.EndToEnd.Fixtures;
using Sshpod.Tests;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class GitTests(TestCluster cluster)
{
    private static IEnumerable<Section> Sections => Document.Sections("README.md").Concat(Document.Sections("docs/recipes.md"))
        .Where(section => section.Blocks.Any(block => block.Dialogues.Any()));

    public static TheoryData<string, string> Dialogues => [.. Sections.Select(section => (section.Document, section.Heading))];

    [Theory, MemberData(nameof(Dialogues))]
    public async Task A_private_repository_is_cloned_in_a_terminal(string document, string heading)
    {
        await using var reader = await Reader.SetUpAsync(cluster, "git");
        await using var agent = await SshAgent.StartAsync(reader.Workstation);
        await HostRepositoryAsync(reader, agent);
        var section = Sections.Single(section => (section.Document, section.Heading) == (document, heading));
        var (command, typed) = section.Blocks.SelectMany(block => block.Dialogues).Single();

        await using var terminal = await reader.OpenTerminalAsync(reader.Fill(command));
        await terminal.WaitForAsync(@"#\s*$");
        await terminal.TypeAsync(reader.Fill(typed));
        await terminal.WaitForAsync("continue connecting");
        await terminal.TypeAsync("yes");
        await terminal.WaitForAsync("Receiving objects: 100%");
        await terminal.TypeAsync("cat repository/file");
        await terminal.WaitForAsync("^only with the right key$");
    }

    [Fact]
    public async Task A_private_repository_is_cloned_by_a_script()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "git");
        await using var agent = await SshAgent.StartAsync(reader.Workstation);
        await HostRepositoryAsync(reader, agent);

        await reader.FollowAsync(Recipe.Named("Git with your own keys"));
        Assert.Equal("only with the right key\n", (await cluster.ExecAsync("git", "cat", "/root/repository/file")).Quietly().Text);
    }

    /// <summary>An ordinary git host: Debian's own sshd in a pod, which accepts the key that only the user's agent holds.</summary>
    private async Task HostRepositoryAsync(Reader reader, SshAgent agent)
    {
        await cluster.CreatePodAsync("git-host", "git-server:1", """
            command: [sh, -c, "mkdir -p /run/sshd && ssh-keygen -A && exec /usr/sbin/sshd -D -e"],
            """ + """
             readinessProbe: {tcpSocket: {port: 22}, periodSeconds: 1}
            """);
        (await cluster.ExecAsync("git-host", "sh", "-ec", $"""
            [ -d /home/git ] || useradd -m -p '*' -s /bin/bash git
            cd /home/git && rm -rf repository.git .ssh && mkdir -m 700 .ssh && echo '{await agent.AddNewKeyAsync()}' >.ssh/authorized_keys
            git init -q --bare -b main repository.git
            rm -rf /tmp/first && git clone -q repository.git /tmp/first 2>&1 && cd /tmp/first
            echo 'only with the right key' >file && git add file && git -c user.name=a -c user.email=a@b commit -qm first
            """ + $"""
             && git push -q origin HEAD:main
            chown -R git /home/git
            """)).Successfully();
        (await cluster.ExecAsync("git", "rm", "-rf", "/root/repository", "/root/.ssh")).Successfully();
        reader.FillIn(
            "HOST", (await cluster.KubectlAsync("get", "pod", "git-host", "-n", cluster.Namespace,
                "-o", "jsonpath={.status.podIP}")).Successfully().Text);
        reader.FillIn("REPOSITORY", "repository");
    }
}
