using System.Text;
using CliWrap;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>What a program did.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Its stdout.</param>
/// <param name="Error">Its stderr.</param>
/// <param name="Time">How long it ran.</param>
public sealed record Outcome(int ExitCode, byte[] Output, string Error, TimeSpan Time)
{
    /// <summary>stdout as text.</summary>
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Fails the test unless the program succeeded and wrote nothing to stderr.</summary>
    public Outcome Quietly()
    {
        Assert.Equal(("", 0), (Error, ExitCode));
        return this;
    }

    /// <summary>Fails the test unless the program succeeded.</summary>
    public Outcome Successfully()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}: {Error}");
        return this;
    }
}

/// <summary>Runs real programs, each with a time limit.</summary>
public static class Run
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Runs a program to completion.</summary>
    /// <param name="program">Its name or path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">What differs from the tests' own environment; null removes a variable.</param>
    /// <param name="input">Its stdin; empty by default.</param>
    /// <param name="limit">How long it may take; three minutes by default.</param>
    public static async Task<Outcome> ProgramAsync(string program, IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null, PipeSource? input = null, TimeSpan? limit = null)
    {
        using var output = new MemoryStream();
        var error = new StringBuilder();
        var longest = limit ?? Limit;
        using var end = new CancellationTokenSource(longest);
        try
        {
            var result = await Cli.Wrap(program).WithArguments(arguments)
                .WithEnvironmentVariables(environment ?? new Dictionary<string, string?>())
                .WithStandardInputPipe(input ?? PipeSource.Null)
                .WithStandardOutputPipe(PipeTarget.ToStream(output))
                .WithStandardErrorPipe(PipeTarget.ToStringBuilder(error))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(end.Token);
            return new Outcome(result.ExitCode, output.ToArray(), error.ToString(), result.RunTime);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} did not end in {longest.TotalSeconds:0} s; stderr: {error}");
        }
    }
}
