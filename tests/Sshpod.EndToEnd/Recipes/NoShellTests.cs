using System.Globalization;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Recipes;

/// <summary>The recipes for images without a shell, in pods whose only program waits, or answers on the port of the recipe.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class NoShellTests(TestCluster cluster)
{
    private const string Service = """
        $b mkdir -p /www/debug/pprof
        $b printf 'of the service\n' >/www/debug/pprof/index.html
        exec $b httpd -f -p 127.0.0.1:PORT -h /www
        """;

    [Theory]
    [InlineData("A Go service without a shell", "recipe-go", "6060")]
    [InlineData("A Java image without a shell", "recipe-java", "5005")]
    public async Task A_service_is_looked_into(string recipe, string name, string port)
    {
        await ShelllessPod.CreateWithScriptAsync(cluster, name, Service.Replace("PORT", port, StringComparison.Ordinal));
        await using var reader = await ReaderAsync(name);
        var said = await reader.FollowAsync(Recipe.Named(recipe), RunsOn);
        if (port == "6060")
        {
            Assert.Contains("of the service", said.Text, StringComparison.Ordinal);
            Assert.True(File.Exists(reader.Workstation.File("app")));
        }

        var local = FreePort.Find();
        reader.FillIn("PORT", local.ToString(CultureInfo.InvariantCulture));
        // Where connections are shared, ssh may go on in the background, and ends with its shell.
        var command = Recipe.Named(recipe).Blocks.SelectMany(block => block.Commands).Single(RunsOn);
        await using var forward = reader.Start($"{reader.Fill(command)}\nsleep 60");
        await AnswersAsync(new Uri($"http://127.0.0.1:{local}/debug/pprof/"), forward);
    }

    [Fact]
    public async Task A_helper_that_is_kept_sees_the_files_of_the_container()
    {
        await cluster.CreatePodAsync("recipe-editor", "static:1");
        await using var reader = await ReaderAsync("recipe-editor");
        var commands = Recipe.Named("VS Code beside an image without a shell").Blocks.SelectMany(block => block.Commands).ToArray();
        (await reader.ShellAsync(reader.Fill(commands[0]).Replace("debian:12", TestCluster.Image("debian:12"), StringComparison.Ordinal)))
            .Successfully();
        reader.FillIn("HELPER", await new ShelllessPod(cluster, "recipe-editor").OnlyHelperAsync());
        Assert.Contains("app\n", (await reader.ShellAsync(reader.Fill(commands[1]))).Successfully().Text, StringComparison.Ordinal);
    }

    private async Task<Reader> ReaderAsync(string name)
    {
        var reader = await Reader.OfAsync(cluster, name);
        reader.Workstation.Environment["SSHPOD_EPHEMERAL_IMAGE"] = TestCluster.Image("busybox:1");
        return reader;
    }

    private static bool RunsOn(string command) => command.StartsWith("ssh -N", StringComparison.Ordinal);

    private static async Task AnswersAsync(Uri address, RunningProgram forward)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        await Eventually.HoldsAsync("the forwarded port answers", async () =>
        {
            try
            {
                return await client.GetStringAsync(address, TestContext.Current.CancellationToken) == "of the service\n";
            }
            catch (HttpRequestException e)
            {
                Assert.False(forward.Completion.IsCompleted, $"{e.Message}; ssh ended: {forward.Error}");
                return false;
            }
        });
    }
}
