using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>What a terminal shows of an outage.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ScreenTests(TestCluster cluster)
{
    // With a reason that fits.
    private const string Row = @"^sshpod: no connection for \d+ s, retrying \([^…]+\); ~\. ends ssh$";

    [Fact]
    public async Task The_screen_of_an_editor_is_after_the_outage_what_it_was_before()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var terminal = await TmuxTerminal.StartAsync(workstation, 80, 24,
            $"{workstation.SshCommand} -t root@{workstation.Host("pod--busybox")} 'seq 1000 >/tmp/numbers; vi /tmp/numbers'");
        await terminal.WaitForAsync("^23$");
        var before = await terminal.ScreenAsync();
        relay.IsDown = true;
        relay.Cut();
        await terminal.WaitForAsync(Row);
        // Above the last line nothing has changed.
        Assert.Equal(before.Split('\n')[..22], (await terminal.ScreenAsync()).Split('\n')[..22]);
        relay.IsDown = false;
        await Eventually.HoldsAsync("the line is gone",
            async () => !(await terminal.ScreenAsync()).Contains("sshpod:", StringComparison.Ordinal), TimeSpan.FromSeconds(40));
        await terminal.PressAsync("C-l");
        await Eventually.HoldsAsync("the screen is the one of before", async () => await terminal.ScreenAsync() == before);
    }

    [Theory]
    [InlineData("title")]
    [InlineData("none")]
    public async Task The_user_may_want_the_outage_in_the_title_or_nowhere(string display)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        Directory.CreateDirectory(workstation.File("config/sshpod"));
        await File.WriteAllTextAsync(workstation.File("config/sshpod/config.yaml"), $"resume-line: {display}\n");
        await using var terminal = await TmuxTerminal.StartAsync(workstation, 80, 24,
            $"{workstation.SshCommand} -t root@{workstation.Host("pod--busybox")} sh");
        await terminal.TypeAsync("echo $((40 + 2))");
        await terminal.WaitForAsync("^42$");
        var before = await terminal.ScreenAsync();
        relay.IsDown = true;
        relay.Cut();
        if (display == "title")
            await Eventually.HoldsAsync("the title tells of the outage",
                async () => (await terminal.TitleAsync()).StartsWith("sshpod: no connection for ", StringComparison.Ordinal));
        else
            await Task.Delay(TimeSpan.FromSeconds(4));
        Assert.Equal(before, await terminal.ScreenAsync());
        Assert.Equal(display == "title", (await terminal.TitleAsync()).Contains("sshpod:", StringComparison.Ordinal));
        relay.IsDown = false;
        await terminal.TypeAsync("echo $((60 + 2))");
        await terminal.WaitForAsync("^62$");
        Assert.DoesNotContain("sshpod:", await terminal.ScreenAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ssh_ends_at_once_when_the_user_types_its_escape_during_an_outage()
    {
        await cluster.CreatePodAsync("screen-escape", "busybox:1");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var terminal = await TmuxTerminal.StartAsync(workstation, 80, 24,
            $"{workstation.SshCommand} -t root@{workstation.Host("pod--screen-escape")} sh");
        await terminal.TypeAsync("echo $((40 + 2))");
        await terminal.WaitForAsync("^42$");
        relay.IsDown = true;
        relay.Cut();
        await terminal.WaitForAsync(Row);
        await terminal.PressAsync("Enter");
        await terminal.WriteAsync("~.");
        await terminal.WaitForAsync("^exit status 255");
        relay.IsDown = false;
        (await workstation.SshAsync("pod--screen-escape", "true")).Quietly();
        await NothingIsLeftAsync(cluster, "screen-escape");
    }

    [Fact]
    public async Task A_short_outage_shows_nothing()
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var terminal = await TmuxTerminal.StartAsync(workstation, 80, 24,
            $"{workstation.SshCommand} -t root@{workstation.Host("pod--busybox")} sh");
        await terminal.TypeAsync("echo $((40 + 2))");
        await terminal.WaitForAsync("^42$");
        await terminal.LogAsync(workstation.File("log"));
        relay.Cut();
        await terminal.TypeAsync("echo $((60 + 2))");
        await terminal.WaitForAsync("^62$");
        Assert.DoesNotContain("sshpod:", await File.ReadAllTextAsync(workstation.File("log")), StringComparison.Ordinal);
    }
}
