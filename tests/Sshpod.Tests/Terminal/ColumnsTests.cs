using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class ColumnsTests
{
    private static readonly Column[] Titles = [new("HOST"), new("WORKLOAD", CanBeCut: true), new("NODE", CanBeCut: true), new("AGE")];

    private static readonly string[][] Rows =
    [
        ["pod--a-long-name.sshpod", "deployment/with-a-long-name", "node1.example", "5d"],
        ["pod--b.sshpod", "-", "n", "12s"],
    ];

    [Fact]
    public void Columns_stand_below_each_other_and_lines_have_no_spaces_at_the_end() => Assert.Equal("""
        HOST                     WORKLOAD                     NODE           AGE
        pod--a-long-name.sshpod  deployment/with-a-long-name  node1.example  5d
        pod--b.sshpod            -                            n              12s

        """, Columns.Table(Titles, Rows, null));

    [Theory]
    [InlineData(72, "pod--a-long-name.sshpod  deployment/with-a-long-name  node1.example  5d")]
    [InlineData(60, "pod--a-long-name.sshpod  deployment/wit…  node1.example  5d")]
    [InlineData(50, "pod--a-long-name.sshpod  deployme…  node1.ex…  5d")]
    // Cut no further, so that the host name can still be copied.
    [InlineData(10, "pod--a-long-name.sshpod  deploym…  node1.e…  5d")]
    public void A_narrow_terminal_cuts_the_longest_cells_and_never_the_host_name(int width, string line) =>
        Assert.Equal(line, Columns.Table(Titles, Rows, width).Split('\n')[1]);

    [Fact]
    public void What_the_cluster_says_cannot_drive_the_terminal_or_make_lines()
    {
        string[][] rows = [["a\u001b[31m\r\nb", "\tc", "\u009b", ""]];
        Assert.Equal("a[31m b\tc\t\t\n", Columns.Plain(rows));
        Assert.Equal("a[31m b  c", Columns.Table(Titles, rows, null).Split('\n')[1].Replace("         ", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3600, "1h")]
    [InlineData(86399, "23h")]
    [InlineData(86400 * 400, "400d")]
    public void An_age_has_one_unit(int seconds, string age) => Assert.Equal(age, Age.Format(TimeSpan.FromSeconds(seconds)));
}
