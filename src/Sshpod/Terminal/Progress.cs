using System.Diagnostics;
using System.Globalization;

namespace Sshpod.Terminal;

/// <summary>
/// A step of a connection that may take a while. On a terminal, a step of more than half a second shows one line, drawn in place and erased
/// when the step ends or before anything else is printed. Steps can be nested; the innermost one is shown.
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
    private readonly bool _isSilent, _isWhole;
    private string _what;
    private long _done;

    private Progress(string what, long? total, bool isSilent = false, bool isWhole = false) =>
        (_what, _total, _isSilent, _isWhole) = (what, total, isSilent, isWhole);

    private TimeSpan Age => Stopwatch.GetElapsedTime(_start);

    /// <summary>Begins a step, which ends when disposed.</summary>
    /// <param name="what">What is happening, such as "waiting for the API server".</param>
    /// <param name="total">How many bytes will be sent; null if the step sends none.</param>
    public static Progress Begin(string what, long? total = null)
    {
        var step = new Progress(what, total);
        // The debug log shows the same, and more.
        return Log.IsDebug ? step : Add(step);
    }

    /// <summary>Begins one whose text is the whole line, and which is shown whatever other steps there are.</summary>
    internal static Progress BeginLine() => Add(new Progress("", null, isWhole: true));

    private static Progress Add(Progress step)
    {
        lock (Drawing)
        {
            Steps.Add(step);
            _timer ??= new Timer(_ => Tick(), null, Patience, Interval);
        }
        return step;
    }

    /// <summary>Begins a step in which something else writes to the terminal, so that no line is shown; it ends when disposed.</summary>
    internal static Progress Silence()
    {
        var step = new Progress("", null, isSilent: true);
        lock (Drawing)
        {
            if (!Steps.Exists(other => other._isWhole))
                Erase();
            Steps.Add(step);
        }
        return step;
    }

    /// <summary>Replaces the text of the step.</summary>
    public void Report(string what) => _what = what;

    /// <summary>Adds to the bytes sent.</summary>
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

    /// <summary>Erases the line before something else is written.</summary>
    internal static void Erase()
    {
        lock (Drawing)
        {
            // Where the terminal is stopped the line stays: later it could be another program's line that is erased.
            if (_drawn.Length > 0)
                _terminal?.TryWrite("\r\u001b[K");
            _drawn = "";
        }
    }

    /// <summary>The line as it is shown.</summary>
    /// <param name="columns">Width of the terminal.</param>
    internal string Line(int columns)
    {
        if (_isWhole)
            return _what;
        var progress = _total is { } total ? Amount(total) : string.Create(CultureInfo.InvariantCulture, $" ({Age.TotalSeconds:0} s)");
        var line = $"sshpod: {OneLine.Of(_what)}{progress}";
        // Keep the last column free: some terminals wrap there.
        return line.Length < columns ? line : line[..Math.Max(0, columns - 1)];
    }

    private string Amount(long total) =>
        string.Create(CultureInfo.InvariantCulture,
            $": {_done / 1000} of {total / 1000} kB, {_done / 1000 / Math.Max(Age.TotalSeconds, 0.001):0} kB/s");

    private static void Tick()
    {
        lock (Drawing)
        {
            if (Chosen() is not { } step
                // Where a program in the container draws its screen, the line would destroy what is there.
                || Terminal() is not { IsOurs: true, IsRaw: false } terminal)
                return;
            var line = step.Line(terminal.Columns);
            if (line != _drawn && terminal.TryWrite($"\r{line}\u001b[K"))
                _drawn = line;
        }
    }

    private static Progress? Chosen() => Steps.Find(step => step._isWhole)
        ?? (Steps.Exists(step => step._isSilent) ? null : Steps.FindLast(step => step.Age >= Patience));

    // Looked up when the first line is drawn: most connections never need it.
    private static ProgressTerminal? Terminal()
    {
        if (!_hasLooked)
            _terminal = ProgressTerminal.Find();
        _hasLooked = true;
        return _terminal;
    }
}
