using System.Collections.Concurrent;
using System.Threading.Channels;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Resume;

/// <summary>A session that gives back each line, for a test to talk with through an outage.</summary>
internal sealed class EchoSession : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly ConcurrentQueue<string> _answers = [];
    private readonly List<string> _said = [];

    private EchoSession(Workstation workstation, string host, string[] through)
    {
        string[] command = [.. through, "ssh", "-F", workstation.SshConfig, $"root@{host}", "cat"];
        Ssh = new RunningProgram(command[0], command[1..],
            new Dictionary<string, string?>(workstation.Environment) { ["SSHPOD_LOG"] = "debug" },
            PipeSource.Create(SendAsync), PipeTarget.ToDelegate(_answers.Enqueue));
    }

    /// <summary>The ssh.</summary>
    public RunningProgram Ssh { get; }

    /// <summary>Opens one, and talks with it once.</summary>
    /// <param name="workstation">Whose.</param>
    /// <param name="host">Where.</param>
    /// <param name="through">A program that runs ssh, with its arguments.</param>
    public static async Task<EchoSession> StartAsync(Workstation workstation, string host, params string[] through)
    {
        var session = new EchoSession(workstation, host, through);
        await session.SaysAsync();
        return session;
    }

    /// <summary>Says a line without waiting for the answer, as a user who wonders.</summary>
    public void Say()
    {
        _said.Add($"line {_said.Count}");
        Assert.True(_lines.Writer.TryWrite(_said[^1]));
    }

    /// <summary>Says a line, and waits until everything has been answered once and in order.</summary>
    public async Task SaysAsync()
    {
        Say();
        try
        {
            await Eventually.HoldsAsync("the session answers",
                () => Task.FromResult(_answers.Count >= _said.Count || Ssh.Completion.IsCompleted), Limit);
        }
        catch (TimeoutException e)
        {
            Assert.Fail($"{e.Message}: {Ssh.Error}");
        }
        Assert.True(_said.SequenceEqual(_answers), $"{string.Join(", ", _answers)}: {Ssh.Error}");
    }

    /// <summary>Waits until an attempt to come back has failed with these words.</summary>
    public Task FailsAsync(string words) => LogsAsync("resume: attempt ", words);

    /// <summary>Waits until sshpod has said so in its log.</summary>
    public async Task LogsAsync(params string[] words)
    {
        try
        {
            await Eventually.HoldsAsync($"the log says {string.Join("…", words)}", () => Task.FromResult(Ssh.Error.Split('\n')
                .Any(line => words.All(word => line.Contains(word, StringComparison.Ordinal)))), Limit);
        }
        catch (TimeoutException e)
        {
            Assert.Fail($"{e.Message}: {Ssh.Error}");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _lines.Writer.Complete();
        await Ssh.DisposeAsync();
    }

    private async Task SendAsync(Stream stdin, CancellationToken cancellation)
    {
        await foreach (var line in _lines.Reader.ReadAllAsync(cancellation))
        {
            await stdin.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"{line}\n"), cancellation);
            await stdin.FlushAsync(cancellation);
        }
    }
}
