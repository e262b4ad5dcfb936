using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>The container said something that none of our scripts says. It may be hostile, so that ends the dialogue.</summary>
/// <param name="container">The container.</param>
/// <param name="how">What it does; follows its name.</param>
public sealed class ScriptException(PodContainer container, string how)
    : SshpodException($"{container} {how}", "see what its sh prints when it starts");

/// <summary>The answers that a script may give.</summary>
/// <param name="Turns">For each answer, which may follow; <c>""</c> is the start. One that may not follow itself comes once.</param>
/// <param name="MaxLines">Limit on all lines, including those before the header.</param>
internal sealed record ScriptGrammar(IReadOnlyDictionary<string, string[]> Turns, int MaxLines = 200)
{
    /// <summary>Whether a word is one of the script's answers.</summary>
    public bool Knows(string word) => Turns.Values.Any(turn => turn.Contains(word));
}

/// <summary>How long a script may take, and how much it may print.</summary>
/// <param name="Silence">From the last line, or the last piece sent to it, to the next line.</param>
/// <param name="Overall">From start to end; only sending a piece restarts it.</param>
/// <param name="MaxBytes">Limit on the bytes of all lines.</param>
internal sealed record ScriptLimits(TimeSpan Silence, TimeSpan Overall, long MaxBytes = 256 * 1024)
{
    /// <summary>The limits for every script.</summary>
    public static ScriptLimits Default { get; } = new(ServerLimits.Silence, ServerLimits.Script);
}

/// <summary>One answer: a word, and what follows it on its line.</summary>
internal sealed record ScriptAnswer(string Word, string Rest);

/// <summary>
/// A script running in a container, and its answers line by line after <see cref="Header"/>. Anything before it, such as a banner, is not
/// ours; unknown lines are skipped. Whatever the container does, this ends within its limits.
/// </summary>
/// <param name="container">The container; for messages.</param>
/// <param name="exec">The exec that runs it; not disposed here.</param>
/// <param name="grammar">What it may answer.</param>
/// <param name="limits">How long it may take.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class ScriptRun(PodContainer container, Duplex exec, ScriptGrammar grammar, ScriptLimits limits,
    CancellationToken cancellation)
{
    /// <summary>Our first line.</summary>
    public const string Header = "sshpod-bootstrap";

    private TimeSpan _silence = limits.Silence, _overall = limits.Overall;
    private long _begun = Environment.TickCount64, _heard = Environment.TickCount64;
    private long _bytes;
    private int _lines;
    private string? _last;

    /// <summary>The exec, read up to the last answer.</summary>
    public LineReader Output { get; } = new(exec);

    /// <summary>Waits for the next answer.</summary>
    /// <exception cref="ScriptException">The answer is out of turn, or beyond a limit.</exception>
    /// <exception cref="SshpodException">The stream has ended, or nothing arrives.</exception>
    public async Task<ScriptAnswer> NextAsync()
    {
        if (_last is null)
        {
            while (await ReadLineAsync() != Header)
            {
            }
            _last = "";
        }
        while (true)
        {
            var line = await ReadLineAsync();
            var end = line.IndexOf(' ', StringComparison.Ordinal);
            var answer = end < 0 ? new ScriptAnswer(line, "") : new ScriptAnswer(line[..end], line[(end + 1)..]);
            if (!grammar.Knows(answer.Word))
            {
                Log.Debug($"script: unexpected line of {line.Length} characters");
                continue;
            }
            if (!grammar.Turns.TryGetValue(_last, out var turn) || !turn.Contains(answer.Word))
                throw new ScriptException(container,
                    $"answers out of turn: \"{answer.Word}\" after \"{(_last.Length > 0 ? _last : Header)}\"");
            _last = answer.Word;
            return answer;
        }
    }

    /// <summary>Reads bytes that follow the last answer; the caller limits how many.</summary>
    public Task<int> ReadAsync(Memory<byte> buffer) => WithinAsync(Output.ReadAsync(buffer, cancellation).AsTask());

    /// <summary>Records that a piece was sent to the script: a slow link is allowed, but a dead one is an error.</summary>
    public void Progressed() => Volatile.Write(ref _begun, Environment.TickCount64);

    /// <summary>Allows more time: a shell that reads a bundle as text is busy for a while after the last piece was sent.</summary>
    public void AllowFor(TimeSpan limit) => _silence = _overall = limit;

    private async Task<string> ReadLineAsync()
    {
        if (++_lines > grammar.MaxLines)
            throw new ScriptException(container, $"answers with more than {grammar.MaxLines} lines");
        try
        {
            var line = await WithinAsync(Output.ReadLineAsync(cancellation).AsTask())
                ?? throw BrokenStreamException.Of(await WithinAsync(exec.EndAsync(cancellation).AsTask()), container);
            _bytes += Encoding.UTF8.GetByteCount(line) + 1;
            return _bytes <= limits.MaxBytes ? line
                : throw new ScriptException(container, $"answers with more than {limits.MaxBytes / 1024} KiB");
        }
        catch (InvalidDataException e)
        {
            throw new ScriptException(container, $"answers with {e.Message}");
        }
    }

    private async Task<T> WithinAsync<T>(Task<T> answer)
    {
        _heard = Environment.TickCount64;
        while (true)
        {
            var (now, begun) = (Environment.TickCount64, Volatile.Read(ref _begun));
            var silence = _silence - TimeSpan.FromMilliseconds(now - Math.Max(_heard, begun));
            var overall = _overall - TimeSpan.FromMilliseconds(now - begun);
            var left = silence < overall ? silence : overall;
            try
            {
                // An answer that has arrived counts, however late we look, unless the overall time is up.
                var result = await answer.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation);
                if (overall <= TimeSpan.Zero)
                    break;
                return result;
            }
            catch (TimeoutException) when (Volatile.Read(ref _begun) > begun)
            {
                // A piece was sent in the meantime.
            }
            catch (TimeoutException) when (silence < overall)
            {
                throw new SshpodException($"{container} gave no answer in {_silence.TotalSeconds:0} s",
                    "check the network and the container");
            }
            catch (TimeoutException)
            {
                break;
            }
        }
        throw new SshpodException($"{container} did not finish in {_overall.TotalSeconds:0} s",
            "check the network and the container");
    }
}
