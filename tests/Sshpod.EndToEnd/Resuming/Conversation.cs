using System.Diagnostics;
using System.Text;
using System.Threading.Channels;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>A session that repeats each line. Were it not the same one all the time, ssh would have ended.</summary>
internal sealed class Conversation : IAsyncDisposable
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<string> _said = [], _heard = [];
    private readonly RunningProgram _ssh;

    private Conversation(Workstation workstation, string host, string[] through)
    {
        string[] command = [.. through, "ssh", "-F", workstation.SshConfig, $"root@{host}", "cat"];
        _ssh = new RunningProgram(command[0], command[1..], workstation.Environment, PipeSource.Create(WriteAsync),
            PipeTarget.ToDelegate(line =>
            {
                lock (_heard)
                    _heard.Add(line);
            }));
    }

    /// <summary>The process ID of ssh.</summary>
    public int ProcessId => _ssh.ProcessId;

    /// <summary>What ssh and sshpod have said so far.</summary>
    public string Error => _ssh.Error;

    /// <summary>Completes when ssh exits.</summary>
    public Task<CommandResult> Completion => _ssh.Completion;

    /// <summary>Opens one, and returns when it has repeated its first line.</summary>
    /// <param name="workstation">Whose.</param>
    /// <param name="target">The first part or parts of the host name, or all of it.</param>
    /// <param name="through">A program that runs ssh, with its arguments.</param>
    public static async Task<Conversation> BeginAsync(Workstation workstation, string target, params string[] through)
    {
        var host = target.EndsWith(".sshpod", StringComparison.Ordinal) ? target : workstation.Host(target);
        var conversation = new Conversation(workstation, host, through);
        await conversation.AnswersAsync(TimeSpan.FromSeconds(60));
        return conversation;
    }

    /// <summary>Says a line: to a paused connection, a hint to try at once.</summary>
    public void Say()
    {
        var line = $"line {_said.Count}";
        _said.Add(line);
        Assert.True(_lines.Writer.TryWrite($"{line}\n"));
    }

    /// <summary>Says a line, and waits until all lines so far have come back, each once and in order.</summary>
    /// <returns>How long that took.</returns>
    public async Task<TimeSpan> AnswersAsync(TimeSpan? within = null)
    {
        var since = Stopwatch.StartNew();
        Say();
        await Eventually.HoldsAsync("the session answers",
            () => Task.FromResult(_ssh.Completion.IsCompleted || HasHeard(_said.Count)), within ?? TimeSpan.FromSeconds(40));
        Assert.True(HasHeard(_said.Count), $"ssh has ended: {Error}");
        var time = since.Elapsed;
        lock (_heard)
            Assert.Equal(_said, _heard);
        return time;
    }

    /// <summary>Waits until an attempt to come back has failed with these words. Needs <c>SSHPOD_LOG=debug</c>.</summary>
    public Task FailsAsync(string words) => LogsAsync("resume: attempt ", words);

    /// <summary>Waits until sshpod has said so in its log.</summary>
    public Task LogsAsync(params string[] words) => Eventually.HoldsAsync($"the log says {string.Join("…", words)}",
        () => Error.Split('\n').Any(line => words.All(word => line.Contains(word, StringComparison.Ordinal))));

    /// <summary>Ends it, and fails the test unless it has been in order to its end.</summary>
    public async Task EndAsync()
    {
        _lines.Writer.Complete();
        Assert.Equal((0, ""), ((await _ssh.Completion).ExitCode, Error));
        Assert.Equal(_said, _heard);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _ssh.DisposeAsync();

    private bool HasHeard(int count)
    {
        lock (_heard)
            return _heard.Count >= count;
    }

    private async Task WriteAsync(Stream stdin, CancellationToken cancellation)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(cancellation))
        {
            await stdin.WriteAsync(Encoding.ASCII.GetBytes(line), cancellation);
            await stdin.FlushAsync(cancellation);
        }
    }
}
