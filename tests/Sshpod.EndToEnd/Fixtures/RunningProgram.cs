using System.Text;
using CliWrap;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A program that runs until the test is done with it.</summary>
public sealed class RunningProgram : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly StringBuilder _error = new();

    /// <summary>Starts it.</summary>
    public RunningProgram(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> environment,
        PipeSource? input = null, PipeTarget? output = null)
    {
        var running = Cli.Wrap(program).WithArguments(arguments).WithEnvironmentVariables(environment)
            .WithStandardInputPipe(input ?? PipeSource.Null).WithStandardOutputPipe(output ?? PipeTarget.Null)
            .WithStandardErrorPipe(PipeTarget.ToStringBuilder(_error))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(_end.Token);
        ProcessId = running.ProcessId;
        Completion = running.Task;
    }

    /// <summary>Its process ID.</summary>
    public int ProcessId { get; }

    /// <summary>Completes when it exits.</summary>
    public Task<CommandResult> Completion { get; }

    /// <summary>What it has written to stderr so far.</summary>
    public string Error => _error.ToString();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await ((Task)Completion).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }
}
