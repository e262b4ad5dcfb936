using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

[Trait(Suites.Name, Suites.Once)]
public sealed class JobsTests(TestCluster cluster)
{
    [Fact]
    public async Task A_job_goes_on_without_its_session_and_what_it_prints_can_be_read_later()
    {
        await using var reader = await Reader.SetUpAsync(cluster, "jobs");
        reader.FillIn("COMMAND", "sh -c \"echo begun; sleep 2; echo done\"");
        var commands = Assert.Single(Recipe.Named("A job that must go on").Blocks).Commands.Select(reader.Fill).ToArray();
        (await reader.ShellAsync(commands[0])).Successfully();
        await Eventually.HoldsAsync("the job has ended", async () =>
            (await reader.ShellAsync(commands[1])).Successfully().Text == "begun\ndone\n");
    }
}
