using System.Diagnostics;
using System.Text;
using CsCheck;
using Sshpod.Clusters.Objects;
using Sshpod.Server;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Tests.Server;

/// <summary>Whatever a container sends, the dialogue ends within its limits, and an error is one line.</summary>
public class ScriptRunTests
{
    private static readonly PodContainer Container = new("ns", "p", "uid", "main", "0123456789abcdef");
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);
    private static readonly ScriptLimits Short = new(Moment, 2 * Moment);

    private static readonly string[] Words =
    [
        "sshpod-bootstrap\n", "need x86_64 /bin/gzip hd\n", "need x86_64\n", "need\n", "verify /tmp/x\n", "verify x;y\n",
        "program /tmp/sshpod/sshd\n",
        "installed\n", "port 22\n", "port x\n",
        "host-key ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ\n", "host-key x\n",
        "resume-key 2w+1WR1HmZZE6k2KpgqXaDvKfV3VPwJtm1og3o9Dw9E=\n", "resume-key x\n", "ok\n",
        "error place /tmp no\n", "error\n", "cleaned 1\n", "cleaned x\n", "left /tmp/x\n", "examined\n", "place /tmp free\n",
        "machine x86_64\n", "missing\n", "server /tmp verified\n",
        "running 1\n", "paused 1 5\n", "\n", " \n", "\u001b[2J\r\n", "half a line",
    ];

    [Fact]
    public async Task Whatever_a_container_says_ends_with_an_answer_or_a_line() =>
        await Gen.OneOf(Gen.Int[0, Words.Length - 1].Select(i => Words[i]), Gen.String).Array[0, 40].Select(string.Concat)
        .SampleAsync(async text =>
        {
            foreach (var dialogue in Dialogues)
                await EndsAsync(new FakeExec(text), dialogue);
            return true;
        }, iter: 300, threads: 1);

    [Theory]
    [InlineData("paused 2 500\nrunning 40001\n", 2, 500, 40001)]
    [InlineData("paused 1 0\n", 1, 0, null)]
    [InlineData("paused -1 500\nrunning 40001\n", 0, null, 40001)]
    [InlineData("paused 1 \n", 1, null, null)]
    [InlineData("paused 1 -5\n", 1, null, null)]
    [InlineData("running 40001\n", 0, null, 40001)]
    public async Task A_look_at_a_container_tells_how_many_connections_are_paused(string lines, int paused, int? seconds, int? port)
    {
        var exec = new FakeExec($"sshpod-bootstrap\nmachine x86_64\nmissing\nserver /tmp/sshpod/r verified\n{lines}examined\n");
        var found = await Examination.ReadAsync(exec, Container, Short, TestContext.Current.CancellationToken);
        Assert.Equal((paused, seconds, port), (found.Paused, (int?)found.PausedFor?.TotalSeconds, found.Port));
    }

    [Fact]
    public async Task A_flood_of_one_answer_starts_one_upload_and_ends()
    {
        var exec = new FakeExec("sshpod-bootstrap\n" + string.Concat(Enumerable.Repeat("need x86_64 /bin/gzip hd\n", 10_000)));
        var error = await Assert.ThrowsAsync<ScriptException>(() => BootstrapAsync(exec));
        Assert.Equal($"{Container} answers out of turn: \"need\" after \"need\"", error.Message);
    }

    [Theory, MemberData(nameof(Floods))]
    public async Task A_flood_ends(string begin, string again, string expected)
    {
        foreach (var dialogue in Dialogues)
        {
            var error = await Assert.ThrowsAnyAsync<SshpodException>(
                () => dialogue(new FakeExec(begin, Encoding.UTF8.GetBytes(again), TimeSpan.Zero)));
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    public static TheoryData<string, string, string> Floods => new()
    {
        { "", "welcome\n", "lines" },
        { "sshpod-bootstrap\n", "nothing of ours\n", "lines" },
        { "", new string('x', 1000), "a line of more than 8192 bytes" },
        { "sshpod-bootstrap\n", new string('x', 8000) + "\n", "answers with more than" },
    };

    [Fact]
    public async Task A_line_now_and_then_does_not_keep_it_alive()
    {
        foreach (var dialogue in Dialogues)
        {
            var watch = Stopwatch.StartNew();
            var error = await Assert.ThrowsAnyAsync<SshpodException>(
                () => dialogue(new FakeExec("sshpod-bootstrap\n", "nothing of ours\n"u8.ToArray(), Moment / 4)));
            Assert.Contains("did not finish in", error.Message, StringComparison.Ordinal);
            Assert.InRange(watch.Elapsed, Moment, 20 * Moment);
        }
    }

    [Fact]
    public async Task A_bundle_that_is_read_back_byte_by_byte_does_not_keep_it_alive()
    {
        var error = await Assert.ThrowsAnyAsync<SshpodException>(() =>
            BootstrapAsync(new FakeExec("sshpod-bootstrap\nneed x86_64\nverify /tmp/sshpod/r/upload\n", "x"u8.ToArray(), Moment / 4)));
        Assert.Contains("did not finish in", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_without_a_line_do_not_keep_it_alive()
    {
        foreach (var dialogue in Dialogues)
        {
            var error = await Assert.ThrowsAnyAsync<SshpodException>(() => dialogue(new FakeExec("", "x"u8.ToArray(), Moment / 4)));
            Assert.Contains("gave no answer in", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Silence_ends_it_and_so_does_an_end_that_nobody_explains()
    {
        foreach (var dialogue in Dialogues)
        {
            Assert.Contains(
                "gave no answer in",
                (await Assert.ThrowsAnyAsync<SshpodException>(() => dialogue(new FakeExec("", [], Timeout.InfiniteTimeSpan)))).Message,
                StringComparison.Ordinal);
            var ended = new FakeExec("sshpod-bootstrap\n") { IsExplained = false };
            Assert.Contains("gave no answer in", (await Assert.ThrowsAnyAsync<SshpodException>(() => dialogue(ended))).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_upload_that_goes_on_gives_it_more_time()
    {
        // Each piece takes half of the time limit between two answers.
        var exec = new FakeExec("sshpod-bootstrap\nneed x86_64\n", [], Timeout.InfiniteTimeSpan) { Pause = Moment / 2 };
        var watch = Stopwatch.StartNew();
        var error = await Assert.ThrowsAnyAsync<SshpodException>(() => BootstrapAsync(exec));
        Assert.Contains("gave no answer in", error.Message, StringComparison.Ordinal);
        Assert.True(exec.Pieces > 10 && watch.Elapsed > 4 * Moment, $"{exec.Pieces} pieces in {watch.Elapsed}");
    }

    [Fact]
    public async Task What_a_script_says_is_understood()
    {
        var server = await BootstrapAsync(
            new FakeExec(
                "welcome\nsshpod-bootstrap\nprogram /tmp/sshpod/r/sshd\nport 22\nhost-key ssh-ed25519 "
                + "AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ\n"
                + "resume-key 2w+1WR1HmZZE6k2KpgqXaDvKfV3VPwJtm1og3o9Dw9E=\nok\n"));
        Assert.Equal(22, server.Server!.Port);
        Assert.Equal(32, server.Server!.ResumeKey.Bytes.Length);
        Assert.DoesNotContain("2w+1", $"{server}", StringComparison.Ordinal);
        var unfit = await BootstrapAsync(new FakeExec("sshpod-bootstrap\nneed x86_64\nerror place /tmp it is open\n"));
        Assert.Equal(new UnfitPlace("/tmp", "it is open"), unfit.Unfit);
        var cleaned = await Cleaning.ReadAsync(new FakeExec("sshpod-bootstrap\nleft /tmp/sshpod/a/b\ncleaned 2\n"),
            Container, Short, default);
        Assert.Equal((2, "/tmp/sshpod/a/b"), (cleaned.Removed, cleaned.Left[0]));
    }

    private static IEnumerable<Func<Duplex, Task>> Dialogues =>
        [BootstrapAsync, exec => Cleaning.ReadAsync(exec, Container, Short, default),
            exec => Examination.ReadAsync(exec, Container, Short, default)];

    private static Task<BootstrapOutcome> BootstrapAsync(Duplex exec) =>
        new BootstrapConversation(Container, exec, null, default, limits: Short).RunAsync();

    private static async Task EndsAsync(Duplex exec, Func<Duplex, Task> dialogue)
    {
        try
        {
            await dialogue(exec).WaitAsync(20 * Moment);
        }
        catch (SshpodException)
        {
            // This is the line that the user sees.
        }
    }
}
