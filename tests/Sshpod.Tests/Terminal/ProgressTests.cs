using Sshpod.Terminal;

namespace Sshpod.Tests.Terminal;

public class ProgressTests
{
    [Fact]
    public void A_line_tells_what_happens_and_for_how_long()
    {
        using var step = Progress.Begin("waiting for pod \"x\"\u001b[2J\n");
        Assert.Equal("sshpod: waiting for pod \"x\"[2J (0 s)", step.Line(80));
    }

    [Fact]
    public void Bytes_are_told_with_their_sum_and_their_rate()
    {
        using var step = Progress.Begin("sending", 463_000);
        step.Advance(100_000);
        Assert.Matches(@"^sshpod: sending: 100 of 463 kB, \d+ kB/s$", step.Line(80));
    }

    [Fact]
    public void A_narrow_terminal_gets_what_fits()
    {
        using var step = Progress.Begin("waiting for the API server");
        Assert.Equal("sshpod: waiting", step.Line(16));
        Assert.Equal("", step.Line(0));
    }
}
