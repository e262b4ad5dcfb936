namespace Sshpod.Terminal;

/// <summary>How an outage is shown in a terminal: the setting <c>resume-line</c>.</summary>
public enum OutageDisplay
{
    /// <summary>In the last row of the screen; where nobody draws a screen, as a progress line.</summary>
    Row,

    /// <summary>In the title of the window.</summary>
    Title,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>
/// Tells the user at the terminal that a connection is paused, and takes that away when it goes on. Where a program in the container draws
/// its screen, the usual progress line would destroy what is there, so one row is borrowed instead.
/// </summary>
public sealed class OutageLine : IDisposable
{
    // Shorter ones, such as those of a rolling restart of API servers, stay invisible.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // After a longer one, the user wonders whether it has ended; and for how long the answer is shown, or a stopped terminal left alone.
    private static readonly TimeSpan Remarkable = TimeSpan.FromSeconds(10), Farewell = TimeSpan.FromSeconds(2);

    private readonly OutageDisplay _display;
    private readonly Lazy<ITerminal?> _terminal;
    private readonly TimeProvider _time;
    private readonly Lock _drawing = new();

    // Of these, one at most is there: the progress line, the number of the row, whether the title is ours.
    private Progress? _step;
    private int _row;
    private bool _hasTitle, _isDisposed;
    private ITimer? _farewell;

    /// <summary>Shows nothing yet.</summary>
    public OutageLine(OutageDisplay display) : this(display, ProgressTerminal.Find, TimeProvider.System)
    {
    }

    internal OutageLine(OutageDisplay display, Func<ITerminal?> find, TimeProvider time) =>
        // Looked up at the first outage: most connections never have one. The debug log shows the same, and more.
        (_display, _terminal, _time) = (display, new(() => display == OutageDisplay.None || Log.IsDebug ? null : find()), time);

    private bool IsShown => _step is not null || _row > 0 || _hasTitle;

    /// <summary>Shows for how long there is no connection; to be called each second.</summary>
    /// <param name="outage">How long the outage lasts. One of less than 2 s is not shown.</param>
    /// <param name="reason">Why the last attempt failed.</param>
    public void Paused(TimeSpan outage, string reason)
    {
        lock (_drawing)
        {
            StopFarewell();
            if (outage >= Patience && !_isDisposed && _terminal.Value is { IsOurs: true } terminal)
                Show(terminal, OutageText.Paused(outage, reason, terminal.Columns, tellsHowToEnd: terminal.IsRaw));
        }
    }

    /// <summary>Takes it away; after a long outage, first says for a moment that it has ended.</summary>
    public void Resumed(TimeSpan outage)
    {
        lock (_drawing)
        {
            StopFarewell();
            if (outage > Remarkable && IsShown && _terminal.Value is { IsOurs: true } terminal)
            {
                Show(terminal, OutageText.Resumed(outage, terminal.Columns));
                TakeAwayLater();
            }
            else
                TakeAway();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_drawing)
        {
            StopFarewell();
            Clear();
            (_row, _hasTitle, _isDisposed) = (0, false, true);
            if (_terminal is { IsValueCreated: true, Value: IDisposable terminal })
                terminal.Dispose();
        }
    }

    private void Show(ITerminal terminal, string text)
    {
        if (_display == OutageDisplay.Title)
            _hasTitle |= terminal.TryWrite(_hasTitle ? OutageText.Title(text) : OutageText.FirstTitle(text));
        else if (terminal is { IsRaw: true, Rows: > 0 and var rows })
        {
            // A terminal that has become larger shows the old row in its middle.
            if (_step is not null || (_row > 0 && _row != rows))
                Clear();
            if ((_row == 0 || _row == rows) && terminal.TryWrite(OutageText.Row(rows, text)))
                _row = rows;
        }
        else if (!terminal.IsRaw)
        {
            if (_row > 0)
                Clear();
            _step ??= Progress.BeginLine();
            _step.Report(text);
        }
    }

    private void Clear()
    {
        lock (_drawing)
        {
            _step?.Dispose();
            _step = null;
            // With ssh in the background, the row is another program's. The title was kept by the terminal, and is put back in any case.
            if (_row == 0 || _terminal.Value is not { IsOurs: true } terminal || _row > terminal.Rows
                || terminal.TryWrite(OutageText.Blank(_row)))
                _row = 0;
            _hasTitle = _hasTitle && _terminal.Value?.TryWrite(OutageText.OldTitle) == false;
        }
    }

    private void TakeAway()
    {
        lock (_drawing)
        {
            StopFarewell();
            Clear();
            if (IsShown)
                TakeAwayLater();
        }
    }

    private void TakeAwayLater() =>
        _farewell = _time.CreateTimer(_ => TakeAway(), null, Farewell, Timeout.InfiniteTimeSpan);

    private void StopFarewell()
    {
        _farewell?.Dispose();
        _farewell = null;
    }
}
