using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>
/// The container said something that none of our scripts says. It is hostile until the opposite is proven, so that ends the dialogue.
/// </summary>
/// <param name="container">The container.</param>
/// <param name="how">What it does, after its name.</param>
public sealed class ScriptException(PodContainer container, string how)
    : SshpodException($"{container} {how}", "see what its sh prints when it starts");

/// <summary>What a script may say.</summary>
/// <param name="Turns">By the last answer, which ones may follow; <c>""</c> is
/// the beginning. Each answer that does not follow itself comes once.</param>
/// <param name="MaxLines">Lines of all, those before the header included.</param>
internal sealed record ScriptGrammar(IReadOnlyDictionary<string, string[]> Turns, int MaxLines = 200)
{
    /// <summary>Whether it is one of the script's answers.</summary>
    public bool Knows(string word) => Turns.Values.Any(turn => turn.Contains(word));
}

/// <summary>How long a script may take, and how much it may say.</summary>
/// <param name="Silence">From one line to the next, or from a piece of what is sent to it.</param>
/// <param name="Overall">From the beginning to the end; only a piece of what is sent begins it anew.</param>
/// <param name="MaxBytes">Bytes of all lines.</param>
internal sealed record ScriptLimits(TimeSpan Silence, TimeSpan Overall, long MaxBytes = 256 * 1024)
{
    /// <summary>For every script.</summary>
    public static ScriptLimits Default { get; } = new(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
}

/// <summary>One answer: a word, and what follows it on its line.</summary>
internal sealed record ScriptAnswer(string Word, string Rest);

/// <summary>
/// A script that runs in a container, and what it says line by line after <see cref="Header"/>. Anything before it, such as a banner, is
/// not ours; what is no answer of the script is passed over. Whatever the container does, this ends within its limits.
/// </summary>
/// <param name="container">Where it runs; for messages.</param>
/// <param name="exec">The exec that runs it; not disposed here.</param>
/// <param name="grammar">What it may say.</param>
/// <param name="limits">How long it may take.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class ScriptRun(PodContainer container, Duplex exec, ScriptGrammar grammar, ScriptLimits limits,
    CancellationToken cancellation)
{
    /// <summary>The first line of ours.</summary>
    public const string Header = "sshpod-bootstrap";

    private TimeSpan _silence = limits.Silence, _overall = limits.Overall;
    private long _begun = Environment.TickCount64, _heard = Environment.TickCount64;
    private long _bytes;
    private int _lines;
    private string? _last;

    /// <summary>The exec, of which the lines up to the last answer have been read.</summary>
    public LineReader Output { get; } = new(exec);

    /// <summary>Waits for the next answer.</summary>
    /// <exception cref="ScriptException">It is out of turn, or beyond a limit.</exception>
    /// <exception cref="SshpodException">The stream has ended, or nothing comes.</exception>
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

    /// <summary>Reads bytes that follow the last answer; how many is for the caller to limit.</summary>
    public Task<int> ReadAsync(Memory<byte> buffer) => WithinAsync(Output.ReadAsync(buffer, cancellation).AsTask());

    /// <summary>A piece of what is sent to the script is on its way: a slow link is no error, but a dead one is.</summary>
    public void Progressed() => Volatile.Write(ref _begun, Environment.TickCount64);

    /// <summary>Gives it more time: a shell that reads a bundle as text has much to do after the last piece has been sent.</summary>
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
                // What is there already counts, however late it is asked for, unless there is no time at all.
                var result = await answer.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation);
                if (overall <= TimeSpan.Zero)
                    break;
                return result;
            }
            catch (TimeoutException) when (Volatile.Read(ref _begun) > begun)
            {
                // Something was sent meanwhile.
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
        throw new SshpodException($"{container} did not come to an end in {_overall.TotalSeconds:0} s",
            "check the network and the container");
    }
}
