using System.Globalization;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>The outcome of each fault: a row of the table that `make faults` prints.</summary>
public static class FaultReport
{
    private static readonly string? File = Environment.GetEnvironmentVariable("SSHPOD_FAULT_REPORT");
    private static readonly Lock Writing = new();

    /// <summary>The longest that a connection may take to end, in success or failure.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    /// <summary>The same for fifty at once, where two cores start fifty each of ssh, sshpod and kubectl.</summary>
    public static readonly TimeSpan CrowdLimit = TimeSpan.FromSeconds(90);

    /// <summary>Asserts that a fault ended in time, in success, or in one line of ours and exit code 255.</summary>
    /// <param name="fault">What went wrong.</param>
    /// <param name="result">What ssh did.</param>
    /// <param name="line">Words that the line must contain; null for success.</param>
    /// <param name="within">The longest that it may take; null for <see cref="Limit"/>.</param>
    public static void Record(string fault, Outcome result, string? line = null, TimeSpan? within = null)
    {
        var ours = result.Error.Split('\n').Where(text => text.StartsWith("sshpod: ", StringComparison.Ordinal)).ToArray();
        if (line is null)
            Assert.True(result.ExitCode == 0 && ours.Length == 0, $"exit {result.ExitCode}: {result.Error}");
        else
        {
            Assert.Equal(255, result.ExitCode);
            Assert.True(ours.Length == 1 && ours[0].Contains(line, StringComparison.Ordinal),
                $"not the one line with \"{line}\": {result.Error}");
        }
        Assert.True(result.Time < (within ?? Limit), $"took {result.Time.TotalSeconds:0.0} s");
        Write(fault, line is null ? "works" : $"one line: `{line}`", result.Time);
    }

    /// <summary>Asserts that a connection went on in time.</summary>
    /// <param name="fault">What went wrong.</param>
    /// <param name="time">From the fault, or from its end, to the next byte that arrived.</param>
    /// <param name="within">The longest that it may take; null for <see cref="Limit"/>.</param>
    public static void GoesOn(string fault, TimeSpan time, TimeSpan? within = null)
    {
        Assert.True(time < (within ?? Limit), $"took {time.TotalSeconds:0.0} s");
        Write(fault, "goes on", time);
    }

    private static void Write(string fault, string outcome, TimeSpan time)
    {
        if (File is null)
            return;
        var row = string.Create(CultureInfo.InvariantCulture, $"| {fault} | "
            + $"{Environment.GetEnvironmentVariable("SSHPOD_TRANSPORT") ?? "auto"} | {outcome} | {time.TotalSeconds:0.0} s |\n");
        lock (Writing)
            System.IO.File.AppendAllText(File, row);
    }
}
