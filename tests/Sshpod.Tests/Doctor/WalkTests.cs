using System.Text.Json.Nodes;
using Sshpod.Doctor;
using Sshpod.Terminal;

namespace Sshpod.Tests.Doctor;

public class WalkTests
{
    private readonly List<Finding> _checks = [];

    [Fact]
    public async Task What_needs_a_hop_that_failed_is_skipped_with_the_first_cause()
    {
        var walk = new Walk(_checks.Add, default);
        var first = await walk.CheckAsync<string>("first", Who.You, [], () => throw new SshpodException("it is broken", "mend it"));
        var second = await walk.CheckAsync("second", Who.You, [first], () => Finding.Ok(first.Value));
        await walk.CheckAsync("third", Who.You, [second], () => Finding.Ok(second.Value));
        await walk.CheckAsync("other", Who.You, [], () => Finding.Ok("fine"));

        Assert.Equal(
            [("first", CheckOutcome.Failure, "it is broken", "mend it"),
                ("second", CheckOutcome.Skipped, "not checked, since \"first\" is not ok", null),
                ("third", CheckOutcome.Skipped, "not checked, since \"first\" is not ok", null), ("other", CheckOutcome.Ok, "fine", null)],
            _checks.Select(check => (check.Name, check.Outcome, check.Text, check.Hint)));
        Assert.Equal(CheckOutcome.Failure, walk.Worst);
    }

    [Fact]
    public async Task A_check_that_does_not_end_is_a_failure()
    {
        await new Walk(_checks.Add, default).CheckAsync<string>("slow", Who.You, [], async cancellation =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            return Finding.Ok("never");
        }, TimeSpan.FromMilliseconds(10));
        Assert.Equal((CheckOutcome.Failure, "did not end in 0 s"), (_checks[0].Outcome, _checks[0].Text));
    }

    [Fact]
    public async Task A_warning_is_no_failure_and_what_follows_is_checked()
    {
        var walk = new Walk(_checks.Add, default);
        var first = await walk.CheckAsync("first", Who.Administrator, [], () => Finding.Warning("value", "hm", "change it"));
        await walk.CheckAsync("second", Who.You, [first], () => Finding.Ok(first.Value));
        Assert.Equal((CheckOutcome.Warning, Who.Administrator, "value"), (walk.Worst, _checks[0].Who, _checks[1].Text));
    }

    [Fact]
    public async Task What_a_container_says_drives_no_terminal_and_stays_one_line()
    {
        await new Walk(_checks.Add, default).CheckAsync(
            "shell", Who.You, [], () => Finding.Failure<string>("\e[2Ja\u009b31m\r\nb\0", "\ac\td"));
        foreach (var isColoured in new[] { false, true })
        {
            using var output = new StringWriter { NewLine = "\n" };
            new DoctorLines(output, isColoured).Write(_checks[0]);
            var said = output.ToString();
            Assert.Equal("failure  shell                [2Ja31m b; you: c d\n", said.Replace("\e[31m", "", StringComparison.Ordinal)
                .Replace("\e[0m", "", StringComparison.Ordinal));
            Assert.Equal(isColoured, said.StartsWith("\e[31mfailure\e[0m", StringComparison.Ordinal));
        }
        var json = JsonNode.Parse(new DoctorReport("h", CheckOutcome.Failure, _checks).ToJson())!;
        Assert.Equal(("failure", "shell", "failure", "[2Ja31m b", "you", "c d"),
            ((string)json["outcome"]!, (string)json["checks"]![0]!["name"]!,
            (string)json["checks"]![0]!["outcome"]!, (string)json["checks"]![0]!["text"]!, (string)json["checks"]![0]!["who"]!,
            (string)json["checks"]![0]!["hint"]!));
    }

    [Fact]
    public async Task The_report_for_programs_is_the_same_to_the_byte()
    {
        var walk = new Walk(_checks.Add, default);
        var first = await walk.CheckAsync("first", Who.You, [], () => Finding.Warning(new Uri("http://x"), "über \"x\"", "mend it"));
        await walk.CheckAsync<string>("second", Who.PodOwner, [first], () => throw new SshpodException("it is broken"));
        Finding[] timed = [.. _checks.Select((check, i) => check with { Milliseconds = i })];
        Assert.Equal("""
            {
              "host": null,
              "outcome": "failure",
              "checks": [
                {
                  "name": "first",
                  "outcome": "warning",
                  "text": "über \"x\"",
                  "who": "you",
                  "hint": "mend it",
                  "milliseconds": 0
                },
                {
                  "name": "second",
                  "outcome": "failure",
                  "text": "it is broken",
                  "who": null,
                  "hint": null,
                  "milliseconds": 1
                }
              ]
            }
            """, new DoctorReport(null, walk.Worst, timed).ToJson(), ignoreLineEndingDifferences: true);
    }
}
