using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class OutageLineTests
{
    private const string Blank = "\u001b7\u001b[24;1H\u001b[0m\u001b[K\u001b8";

    private readonly Screen _screen = new();

    [Fact]
    public void An_outage_of_less_than_two_seconds_is_invisible()
    {
        using var line = Line();
        line.Paused(TimeSpan.FromSeconds(1.9), "refused");
        line.Resumed(TimeSpan.FromSeconds(1.9));
        Assert.Empty(_screen.Written);
    }

    [Fact]
    public void An_outage_is_shown_in_the_last_row_and_the_row_is_blank_afterwards()
    {
        using var line = Line();
        line.Paused(TimeSpan.FromSeconds(3), "refused");
        Assert.Equal(["\u001b7\u001b[24;1H\u001b[7msshpod: no connection for 3 s, retrying (refused); ~. ends ssh\u001b[K\u001b8"],
            _screen.Take());
        line.Resumed(TimeSpan.FromSeconds(3));
        Assert.Equal([Blank], _screen.Take());
        line.Resumed(TimeSpan.FromSeconds(3));
        Assert.Empty(_screen.Take());
    }

    [Fact]
    public void The_end_of_a_long_outage_is_shown_for_two_seconds()
    {
        var time = new Clock();
        using var line = Line(time: time);
        line.Paused(TimeSpan.FromSeconds(190), "refused");
        _screen.Take();
        line.Resumed(TimeSpan.FromSeconds(190));
        Assert.Contains("sshpod: connected again after 3 min", Assert.Single(_screen.Take()), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(2), time.Due);
        time.Ring();
        Assert.Equal([Blank], _screen.Take());
    }

    [Fact]
    public void The_next_outage_takes_the_place_of_the_news_about_the_last()
    {
        var time = new Clock();
        using var line = Line(time: time);
        line.Paused(TimeSpan.FromSeconds(20), "refused");
        line.Resumed(TimeSpan.FromSeconds(20));
        line.Paused(TimeSpan.FromSeconds(2), "refused");
        Assert.True(time.IsStopped);
        Assert.Contains("no connection for 2 s", _screen.Take()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_terminal_that_has_grown_keeps_no_row_in_its_middle()
    {
        using var line = Line();
        line.Paused(TimeSpan.FromSeconds(3), "refused");
        _screen.Rows = 40;
        _screen.Take();
        line.Paused(TimeSpan.FromSeconds(4), "refused");
        var written = _screen.Take();
        Assert.Equal(Blank, written[0]);
        Assert.StartsWith("\u001b7\u001b[40;1H", written[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_title_is_kept_once_and_put_back()
    {
        using var line = Line(OutageDisplay.Title);
        line.Paused(TimeSpan.FromSeconds(3), "refused");
        line.Paused(TimeSpan.FromSeconds(4), "refused");
        line.Resumed(TimeSpan.FromSeconds(4));
        Assert.Equal(["\u001b[22;2t\u001b]2;sshpod: no connection for 3 s, retrying (refused); ~. ends ssh\a",
            "\u001b]2;sshpod: no connection for 4 s, retrying (refused); ~. ends ssh\a", "\u001b[23;2t"], _screen.Take());
    }

    [Fact]
    public void With_none_and_with_ssh_in_the_background_nothing_is_drawn()
    {
        using (var none = Line(OutageDisplay.None))
            none.Paused(TimeSpan.FromSeconds(3), "refused");
        _screen.IsOurs = false;
        using (var line = Line())
            line.Paused(TimeSpan.FromSeconds(3), "refused");
        Assert.Empty(_screen.Written);
    }

    [Fact]
    public void A_connection_that_ends_while_it_is_paused_leaves_nothing_on_the_screen()
    {
        using (var line = Line())
            line.Paused(TimeSpan.FromSeconds(30), "refused");
        Assert.Equal(Blank, _screen.Take()[^1]);
    }

    [Fact]
    public void A_terminal_without_a_screen_gets_no_row()
    {
        _screen.IsRaw = false;
        using (var line = Line())
            line.Paused(TimeSpan.FromSeconds(30), "refused");
        Assert.Empty(_screen.Written);
    }

    [Fact]
    public void Nothing_is_drawn_on_a_terminal_that_was_given_back()
    {
        var line = Line();
        line.Dispose();
        // Whoever tells of the outage each second may be about to.
        line.Paused(TimeSpan.FromSeconds(3), "refused");
        Assert.Empty(_screen.Written);
    }

    [Fact]
    public void A_row_that_a_stopped_terminal_did_not_get_is_not_taken_away()
    {
        _screen.IsStopped = true;
        using var line = Line();
        line.Paused(TimeSpan.FromSeconds(3), "refused");
        _screen.IsStopped = false;
        line.Resumed(TimeSpan.FromSeconds(3));
        Assert.Empty(_screen.Written);
    }

    [Theory]
    [InlineData(OutageDisplay.Row, Blank)]
    [InlineData(OutageDisplay.Title, "\u001b[23;2t")]
    public void What_a_terminal_shows_that_is_stopped_when_the_connection_goes_on_is_taken_away_once_it_goes_on_too(
        OutageDisplay display, string taken)
    {
        var time = new Clock();
        using var line = Line(display, time);
        line.Paused(TimeSpan.FromSeconds(3), "refused");
        _screen.Take();
        _screen.IsStopped = true;
        line.Resumed(TimeSpan.FromSeconds(3));
        time.Ring();
        _screen.IsStopped = false;
        time.Ring();
        Assert.Equal([taken], _screen.Take());
        Assert.True(time.IsStopped);
    }

    private OutageLine Line(OutageDisplay display = OutageDisplay.Row, TimeProvider? time = null) =>
        new(display, () => _screen, time ?? TimeProvider.System);

    private sealed class Screen : ITerminal
    {
        public List<string> Written { get; } = [];

        public bool IsOurs { get; set; } = true;

        public bool IsRaw { get; set; } = true;

        public int Rows { get; set; } = 24;

        public int Columns => 80;

        public bool IsStopped { get; set; }

        public bool TryWrite(string text)
        {
            if (!IsStopped)
                Written.Add(text);
            return !IsStopped;
        }

        public string[] Take()
        {
            string[] written = [.. Written];
            Written.Clear();
            return written;
        }
    }

    private sealed class Clock : TimeProvider, ITimer
    {
        private Action? _ring;

        public TimeSpan Due { get; private set; }

        public bool IsStopped => _ring is null;

        public void Ring() => _ring?.Invoke();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            (_ring, Due) = (() => callback(state), dueTime);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => false;

        public void Dispose() => _ring = null;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
