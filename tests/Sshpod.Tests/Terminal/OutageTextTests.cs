using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class OutageTextTests
{
    [Theory]
    [InlineData(12, "sshpod: no connection for 12 s, retrying (connection refused)")]
    [InlineData(185, "sshpod: no connection for 3 min, retrying (connection refused)")]
    [InlineData(7500, "sshpod: no connection for 2 h 5 min, retrying (connection refused)")]
    [InlineData(-3, "sshpod: no connection for 0 s, retrying (connection refused)")]
    public void An_outage_is_told_with_its_length_and_its_reason(int seconds, string line) =>
        Assert.Equal(line, OutageText.Paused(TimeSpan.FromSeconds(seconds), "connection refused", 80, tellsHowToEnd: false));

    [Fact]
    public void Nothing_in_the_reason_drives_the_terminal()
    {
        var line = OutageText.Paused(TimeSpan.FromSeconds(12), "a\u001b[2J\r\nb\u202e\a\u009b1H", 80, tellsHowToEnd: true);
        Assert.Equal("sshpod: no connection for 12 s, retrying (a[2J b1H); ~. ends ssh", line);
    }

    [Fact]
    public void A_narrow_terminal_keeps_the_length_and_how_to_end()
    {
        var time = TimeSpan.FromSeconds(12);
        Assert.Equal("sshpod: no connection for 12 s, retrying (connection…); ~. ends ssh",
            OutageText.Paused(time, "connection refused", 68, tellsHowToEnd: true));
        Assert.Equal("sshpod: no connection for 12 s, retrying; ~. ends ssh",
            OutageText.Paused(time, "connection refused", 60, tellsHowToEnd: true));
        Assert.Equal("sshpod: no connection f…", OutageText.Paused(time, "connection refused", 25, tellsHowToEnd: true));
        Assert.Equal("", OutageText.Paused(time, "connection refused", 0, tellsHowToEnd: true));
    }

    [Fact]
    public void A_line_never_wraps_whatever_the_reason_and_the_width()
    {
        var faces = string.Concat(Enumerable.Repeat("🙂", 60));
        foreach (var reason in new[] { "", "短い", new string('短', 60), new string('x', 300), faces })
            for (var columns = 1; columns < 200; columns++)
            {
                var line = OutageText.Paused(TimeSpan.FromHours(23), reason, columns, tellsHowToEnd: true);
                Assert.True(line.EnumerateRunes().Sum(rune => rune.IsAscii || rune.Value == '…' ? 1 : 2) < columns, $"{columns}: {line}");
            }
    }

    [Fact]
    public void The_end_of_an_outage_is_told_with_its_length()
    {
        Assert.Equal("sshpod: connected again after 3 min", OutageText.Resumed(TimeSpan.FromSeconds(190), 80));
        Assert.Equal("sshpod: connecte…", OutageText.Resumed(TimeSpan.FromSeconds(190), 18));
    }

    [Fact]
    public void A_row_leaves_the_cursor_where_it_was()
    {
        Assert.Equal("\u001b7\u001b[24;1H\u001b[7mtext\u001b[K\u001b8", OutageText.Row(24, "text"));
        Assert.Equal("\u001b7\u001b[24;1H\u001b[0m\u001b[K\u001b8", OutageText.Blank(24));
    }
}
