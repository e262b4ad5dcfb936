using System.Security.Cryptography;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

[Trait(Suites.Name, Suites.Streams), Trait(Suites.Name, Suites.Front)]
public sealed class SessionTests(TestCluster cluster)
{
    /// <summary>A busybox and a debian image, and each kind of target.</summary>
    public static TheoryData<string> Targets => ["pod--busybox", "pod--debian", "pod--musl", "deployment--web", "job--batch",
        "container--second.pod--two"];

    [Theory, MemberData(nameof(Targets))]
    public async Task A_command_runs_and_nothing_is_said_but_its_output(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal("hello\n", (await workstation.SshAsync(target, "echo hello")).Quietly().Text);
        Assert.Equal("again\n", (await workstation.SshAsync(target, "echo again")).Quietly().Text);
    }

    [Theory, MemberData(nameof(Targets))]
    public async Task What_is_piped_through_cat_comes_back_as_it_was(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var bytes = RandomNumberGenerator.GetBytes(3_000_001);
        var result = await workstation.SshAsync(PipeSource.FromBytes(bytes), target, "cat");
        Assert.Equal(bytes, result.Quietly().Output);
    }

    [Theory, MemberData(nameof(Targets))]
    public async Task Exit_codes_arrive(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        foreach (var code in new[] { 0, 1, 7, 255 })
        {
            var result = await workstation.SshAsync(target, $"exit {code}");
            Assert.Equal((code, ""), (result.ExitCode, result.Error));
        }
    }

    [Theory, MemberData(nameof(Targets))]
    public async Task Death_by_a_signal_arrives_as_ssh_tells_it(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var result = await workstation.SshAsync(target, "kill -KILL $$");
        Assert.Equal((255, ""), (result.ExitCode, result.Error));
    }

    [Fact]
    public async Task Output_and_errors_of_a_command_stay_apart()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var result = await workstation.SshAsync("pod--debian", "echo out; echo err >&2");
        Assert.Equal(("out\n", "err\n"), (result.Text, result.Error));
    }

    // .NET makes a thread that is missing half a second later at the earliest.
    [Fact]
    public async Task Where_there_is_one_processor_nothing_waits_until_ssh_says_more()
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--debian", "true")).Successfully();
        var with = await UsualAsync();
        workstation.Environment["DOTNET_PROCESSOR_COUNT"] = "1";
        Assert.InRange(await UsualAsync() - with, TimeSpan.MinValue, TimeSpan.FromMilliseconds(450));

        async Task<TimeSpan> UsualAsync()
        {
            var times = new List<TimeSpan>();
            for (var round = 0; round < 7; round++)
                times.Add((await workstation.SshAsync("pod--debian", "true")).Quietly().Time);
            return times.Order().ElementAt(times.Count / 2);
        }
    }

    [Fact]
    public async Task The_session_has_the_environment_of_the_container()
    {
        await cluster.CreatePodAsync("environment", "busybox:1",
            """env: [{name: PLAIN, value: "yes"}, {name: ODD, value: "a b'c\"d#e=f\ng é"}]""");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        const string print = "printf %s \"$PLAIN|$ODD|$PATH|$(umask)\"";
        Assert.Equal((await cluster.ExecAsync("environment", "sh", "-c", print)).Text,
            (await workstation.SshAsync("pod--environment", print)).Quietly().Text);
    }

    [Fact]
    public async Task Nothing_is_in_the_containers_file_tree_but_our_own_directory()
    {
        await cluster.CreatePodAsync("untouched", "busybox:1");
        const string list =
            "find / -xdev -path /proc -prune -o -path /sys -prune -o -path /dev -prune -o -path /tmp/sshpod -prune -o -type f -print -o "
            + "-type d -print | sort";
        var before = (await cluster.ExecAsync("untouched", "sh", "-c", list)).Successfully().Text;
        await using var workstation = await Workstation.SetUpAsync(cluster);
        (await workstation.SshAsync("pod--untouched", "true")).Quietly();
        Assert.Equal(before, (await cluster.ExecAsync("untouched", "sh", "-c", list)).Successfully().Text);
    }
}
