using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tests.Tunnels.Resuming;

public class LivenessTests
{
    private readonly TestTime _time = new();

    [Fact]
    public void An_idle_path_is_asked_after_15_seconds_and_given_up_10_seconds_later()
    {
        var liveness = new Liveness(_time);
        Assert.Equal((15, 25), Times(liveness, () => null));
    }

    [Fact]
    public void Whoever_types_into_a_dead_path_waits_for_10_seconds()
    {
        var liveness = new Liveness(_time);
        _time.Advance(TimeSpan.FromSeconds(14));
        var typed = _time.Now;
        Assert.Equal((15, 24), Times(liveness, () => _time.Now - typed));
    }

    [Fact]
    public void A_server_that_is_busy_but_answers_is_alive()
    {
        var (liveness, asked) = (new Liveness(_time), 0);
        for (var second = 1; second < 600; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var verdict = liveness.Judge(_time.Now);
            Assert.NotEqual(Verdict.Dead, verdict);
            if (verdict != Verdict.Ask)
                continue;
            asked++;
            liveness.Heard();
        }
        Assert.InRange(asked, 100, 130);
    }

    [Fact]
    public void Any_byte_is_life()
    {
        var liveness = new Liveness(_time);
        for (var second = 0; second < 600; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Verdict.Alive, liveness.Judge(TimeSpan.FromSeconds(1)));
            if (second % 14 == 0)
                liveness.Heard();
        }
    }

    [Fact]
    public void After_a_wake_up_the_path_has_two_and_a_half_seconds()
    {
        var liveness = new Liveness(_time);
        _time.Advance(TimeSpan.FromHours(8));
        liveness.Hint(hasSlept: true);
        Assert.Equal(Verdict.Ask, liveness.Judge(TimeSpan.FromHours(8)));
        _time.Advance(TimeSpan.FromSeconds(2.4));
        Assert.Equal(Verdict.Alive, liveness.Judge(TimeSpan.FromHours(8)));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(Verdict.Dead, liveness.Judge(TimeSpan.FromHours(8)));
    }

    [Fact]
    public void A_path_that_answers_after_a_wake_up_is_alive()
    {
        var liveness = new Liveness(_time);
        liveness.Hint(hasSlept: false);
        Assert.Equal(Verdict.Ask, liveness.Judge(null));
        liveness.Heard();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Verdict.Alive, liveness.Judge(null));
    }

    [Fact]
    public void Sleep_is_noticed_by_either_clock()
    {
        var sleep = new Sleep(_time);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(sleep.Look());
        _time.Advance(TimeSpan.FromSeconds(6));
        Assert.True(sleep.Look());
        Assert.False(sleep.Look());
        _time.Sleep(TimeSpan.FromSeconds(60));
        Assert.True(sleep.Look());
        // A clock that is set back is no sleep.
        _time.Sleep(TimeSpan.FromSeconds(-60));
        Assert.False(sleep.Look());
    }

    private (int Asked, int Dead) Times(Liveness liveness, Func<TimeSpan?> unacknowledged)
    {
        var asked = 0;
        while (true)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            switch (liveness.Judge(unacknowledged()))
            {
                case Verdict.Ask:
                    asked = (int)_time.Now.TotalSeconds;
                    break;
                case Verdict.Dead:
                    return (asked, (int)_time.Now.TotalSeconds);
            }
        }
    }
}
