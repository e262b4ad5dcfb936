using System.Text.Json.Nodes;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>What doctor reports for one hop.</summary>
public sealed record DoctorCheck(string Outcome, string Text, string? Who, string? Hint);

/// <summary>A run of <c>sshpod doctor -o json</c>.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Checks">What it reports, by hop, in order.</param>
/// <param name="Time">How long it took.</param>
public sealed record DoctorRun(int ExitCode, IReadOnlyDictionary<string, DoctorCheck> Checks, TimeSpan Time)
{
    /// <summary>Runs doctor as this user.</summary>
    public static async Task<DoctorRun> RunAsync(Workstation workstation, params string[] arguments)
    {
        var result = await workstation.SshpodAsync(["doctor", "-F", workstation.SshConfig, "-o", "json", .. arguments]);
        Assert.True(result.ExitCode is 0 or 1, $"exit {result.ExitCode}: {result.Error}");
        var json = JsonNode.Parse(result.Output)!;
        Assert.Equal(result.ExitCode == 1, (string)json["outcome"]! == "failure");
        return new DoctorRun(result.ExitCode, json["checks"]!.AsArray().ToDictionary(check => (string)check!["name"]!,
            check => new DoctorCheck((string)check!["outcome"]!, (string)check["text"]!, (string?)check["who"], (string?)check["hint"])),
            result.Time);
    }

    /// <summary>Fails the test unless this hop is the only one that failed, with these words.</summary>
    public void FailsAt(string name, params ReadOnlySpan<string> words)
    {
        Assert.True(Checks.Where(check => check.Value.Outcome == "failure").Select(check => check.Key).SequenceEqual([name]), $"{this}");
        var said = $"{Checks[name].Text}; {Checks[name].Who}: {Checks[name].Hint}";
        foreach (var word in words)
            Assert.Contains(word, said, StringComparison.Ordinal);
        Assert.Equal(1, ExitCode);
    }

    /// <summary>Fails the test unless this hop is the only one with a warning, with these words, and none failed.</summary>
    public void WarnsAt(string name, params ReadOnlySpan<string> words)
    {
        Assert.True(Checks.Where(check => check.Value.Outcome is "warning" or "failure").Select(check => check.Key)
            .SequenceEqual([name]), $"{this}");
        Assert.True(Checks[name].Outcome == "warning", $"{this}");
        foreach (var word in words)
            Assert.Contains(word, $"{Checks[name].Text}; {Checks[name].Who}: {Checks[name].Hint}", StringComparison.Ordinal);
        Assert.Equal(0, ExitCode);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('\n', Checks.Select(check => $"{check.Value.Outcome} {check.Key} {check.Value.Text}"));
}
