using System.Diagnostics;
using System.Globalization;

namespace Sshpod.Terminal;

/// <summary>
/// A step of a connection that may take a while. On a terminal, what takes over half a second shows one line, which is drawn in place and
/// erased when the step ends, or before anything else is said. Steps may stand inside each other; the innermost one is shown.
/// </summary>
public sealed class Progress : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500), Interval = TimeSpan.FromMilliseconds(100);
    private static readonly Lock Drawing = new();
    private static readonly List<Progress> Steps = [];
    private static Timer? _timer;
    private static ProgressTerminal? _terminal;
    private static bool _hasLooked;
    private static string _drawn = "";

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long? _total;
    private readonly bool _isSilent;
    private string _what;
    private long _done;

    private Progress(string what, long? total, bool isSilent = false) => (_what, _total, _isSilent) = (what, total, isSilent);

    private TimeSpan Age => Stopwatch.GetElapsedTime(_start);

    /// <summary>Begins a step; disposing ends it.</summary>
    /// <param name="what">What happens, such as "waiting for the API server".</param>
    /// <param name="total">How many bytes there are to be sent; null where it is no matter of bytes.</param>
    public static Progress Begin(string what, long? total = null)
    {
        var step = new Progress(what, total);
        // The log tells the same, and more.
        if (Log.IsDebug)
            return step;
        lock (Drawing)
        {
            Steps.Add(step);
            _timer ??= new Timer(_ => Tick(), null, Patience, Interval);
        }
        return step;
    }

    /// <summary>Begins a step in which something else writes on the terminal, so that no line is shown; disposing ends it.</summary>
    internal static Progress Silence()
    {
        var step = new Progress("", null, isSilent: true);
        lock (Drawing)
        {
            Erase();
            Steps.Add(step);
        }
        return step;
    }

    /// <summary>Says anew what happens.</summary>
    public void Report(string what) => _what = what;

    /// <summary>So many more bytes are sent.</summary>
    public void Advance(long bytes) => _done += bytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (Drawing)
        {
            Steps.Remove(this);
            if (Steps.Count > 0)
                return;
            Erase();
            _timer?.Dispose();
            _timer = null;
        }
    }

    /// <summary>Takes the line away before something else is written.</summary>
    internal static void Erase()
    {
        lock (Drawing)
        {
            if (_drawn.Length > 0)
                _terminal?.Write("\r\u001b[K");
            _drawn = "";
        }
    }

    /// <summary>The line as it is shown.</summary>
    /// <param name="columns">Width of the terminal.</param>
    internal string Line(int columns)
    {
        var progress = _total is { } total ? Amount(total) : string.Create(CultureInfo.InvariantCulture, $" ({Age.TotalSeconds:0} s)");
        var line = $"sshpod: {OneLine.Of(_what)}{progress}";
        // The last column stays free: some terminals go on to the next line there.
        return line.Length < columns ? line : line[..Math.Max(0, columns - 1)];
    }

    private string Amount(long total) =>
        string.Create(CultureInfo.InvariantCulture,
            $": {_done / 1000} of {total / 1000} kB, {_done / 1000 / Math.Max(Age.TotalSeconds, 0.001):0} kB/s");

    private static void Tick()
    {
        lock (Drawing)
        {
            if (Steps.Exists(step => step._isSilent) || Steps.FindLast(step => step.Age >= Patience) is not { } step
                || Terminal() is not { } terminal || !terminal.IsOurs)
                return;
            var line = step.Line(terminal.Columns);
            if (line == _drawn)
                return;
            terminal.Write($"\r{line}\u001b[K");
            _drawn = line;
        }
    }

    // Looked for when the first line is to be drawn: most connections never need it.
    private static ProgressTerminal? Terminal()
    {
        if (!_hasLooked)
            _terminal = ProgressTerminal.Find();
        _hasLooked = true;
        return _terminal;
    }
}
