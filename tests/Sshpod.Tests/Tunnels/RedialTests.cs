using System.Collections.Concurrent;
using Sshpod.Clusters;
using Sshpod.Terminal;
using Sshpod.Tests.Tunnels.Resuming;
using Sshpod.Tunnels;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tests.Tunnels;

public class RedialTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TestTime _time = new() { Jumps = true };

    [Fact]
    public async Task Attempts_are_quick_at_first_then_every_15_seconds_and_after_half_an_hour_every_minute()
    {
        var (way, over) = await GiveUpAsync(TimeSpan.FromHours(2), _ => new SshpodException("connection refused"));
        Assert.Equal(new[] { 0, 0.2, 0.5, 1, 2, 4, 8, 23, 38 }, way.Times.Take(9).Select(time => Math.Round(time.TotalSeconds, 3)));
        var gaps = way.Times.Zip(way.Times.Skip(1), (a, b) => (At: a, Gap: b - a)).Skip(7).SkipLast(1).ToArray();
        Assert.All(gaps, gap => Assert.Equal(gap.At < TimeSpan.FromMinutes(30) ? 15 : 60, gap.Gap.TotalSeconds, 0.001));
        Assert.Equal("no connection for 2 h; the last error was: connection refused", over.Message);
        // The last one is at the end of the grace.
        Assert.Equal(TimeSpan.FromHours(2), way.Times[^1]);
    }

    [Fact]
    public void Clients_do_not_come_back_all_at_the_same_moment()
    {
        Assert.Equal(11.25, RedialPauses.Before(20, TimeSpan.Zero, 0).TotalSeconds);
        Assert.Equal(18.75, RedialPauses.Before(20, TimeSpan.Zero, 1).TotalSeconds);
        Assert.Equal(TimeSpan.Zero, RedialPauses.Before(0, TimeSpan.Zero, 1));
    }

    [Fact]
    public async Task A_busy_server_says_when_to_come_again()
    {
        var (way, _) = await GiveUpAsync(TimeSpan.FromMinutes(5),
            count => new ClusterException("busy", null) { RetryAfter = count == 1 ? TimeSpan.FromSeconds(42) : null });
        Assert.Equal(new[] { 0, 42, 42.3 }, way.Times.Take(3).Select(time => Math.Round(time.TotalSeconds, 3)));
    }

    [Fact]
    public async Task A_plugin_that_may_open_a_browser_runs_again_after_ten_minutes()
    {
        var (way, _) = await GiveUpAsync(TimeSpan.FromHours(1), _ => new PluginFailedException("not logged in", null));
        Assert.Equal(new double[] { 0, 10, 20, 30, 40, 50, 60 }, way.Times.Select(time => time.TotalMinutes));
    }

    [Fact]
    public async Task A_key_press_is_a_reason_to_try_now()
    {
        var time = new TestTime();
        var way = new Way(time, _ => new PluginFailedException("not logged in", null));
        var redial = new Redial(way, new ResumeOptions(TimeSpan.FromHours(1)) { Time = time, Jitter = () => 0.5 });
        using var stop = new CancellationTokenSource();
        var run = redial.RunAsync("cut", TimeSpan.FromHours(1), 0, NobodyAsync, stop.Token);
        Assert.Single(way.Times);
        for (var press = 2; press < 5; press++)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            redial.Hint();
            while (way.Times.Count < press)
                await Task.Delay(1);
        }
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    [Fact]
    public async Task A_key_does_not_wait_because_an_attempt_has_just_failed_and_keys_that_follow_start_one_each_second()
    {
        Redial? redial = null;
        using var stop = new CancellationTokenSource();
        var way = new Way(_time, count =>
        {
            redial!.Hint();
            if (count == 5)
                stop.Cancel();
            return new PluginFailedException("not logged in", null);
        });
        redial = new(way, new ResumeOptions(TimeSpan.FromHours(1)) { Time = _time, Jitter = () => 0.5 });
        var run = redial.RunAsync("cut", TimeSpan.FromHours(1), 0, NobodyAsync, stop.Token);
        await Assert.ThrowsAnyAsync<Exception>(() => run.WaitAsync(Patience));
        Assert.Equal(new double[] { 0, 0, 1, 2, 3 }, way.Times.Select(time => time.TotalSeconds));
    }

    [Fact]
    public async Task After_a_sleep_longer_than_the_grace_there_is_one_attempt()
    {
        var time = new TestTime();
        var way = new Way(time, _ => new SshpodException("no route to host"));
        var redial = new Redial(way, new ResumeOptions(TimeSpan.FromHours(1)) { Time = time, Jitter = () => 0.5 });
        var run = redial.RunAsync("cut", TimeSpan.FromHours(1), 0, NobodyAsync, default);
        Assert.Single(way.Times);
        time.Sleep(TimeSpan.FromHours(30));
        redial.Hint();
        var over = await Assert.ThrowsAsync<ConnectionOverException>(() => run);
        Assert.Equal("no connection for 1 h; the last error was: no route to host", over.Message);
        Assert.Equal(2, way.Times.Count);
    }

    [Fact]
    public async Task The_user_hears_of_an_outage_after_two_seconds_and_others_after_five()
    {
        var time = new TestTime();
        var heard = new List<string>();
        var refused = new SshpodException("API server 10.0.0.1:6443 refuses connections") { Brief = "refused" };
        var redial = new Redial(new Way(time, _ => refused), new ResumeOptions(TimeSpan.FromHours(1))
        {
            Time = time,
            Report = new((outage, reason) => heard.Add($"{outage.TotalSeconds} {reason}"), _ => heard.Add("resumed")),
            Lost = isLost => heard.Add($"lost {isLost}"),
        });
        using var stop = new CancellationTokenSource();
        redial.Tick();
        var run = redial.RunAsync("cut", TimeSpan.FromHours(1), 0, NobodyAsync, stop.Token);
        for (var second = 0; second < 6; second++)
        {
            redial.Tick();
            time.Advance(TimeSpan.FromSeconds(1));
        }
        redial.Tick();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        redial.Tick();
        Assert.Equal(["2 refused", "3 refused", "4 refused", "5 refused", "lost True", "6 refused", "lost False"], heard);
    }

    [Fact]
    public async Task Attachments_that_came_to_nothing_count_as_attempts()
    {
        var way = new Way(_time, _ => new SshpodException("refused"));
        var redial = new Redial(way, new ResumeOptions(TimeSpan.FromMinutes(1)) { Time = _time, Jitter = () => 0.5 });
        await Assert.ThrowsAsync<ConnectionOverException>(() => redial.RunAsync("cut", TimeSpan.FromMinutes(1), 5, NobodyAsync, default));
        Assert.Equal(new double[] { 2, 6, 21 }, way.Times.Take(3).Select(time => time.TotalSeconds));
    }

    [Fact]
    public async Task Nobody_hears_of_an_outage_after_its_end()
    {
        var (time, heard, back) = (new TestTime(), new ConcurrentQueue<string>(), Later());
        var redial = new Redial(new FakeHolder(), Telling(time, heard));
        var run = BackAsync(redial, time, back.Task);
        time.Advance(ResumingLimits.Shunned);
        redial.Tick();
        back.SetResult();
        await (await run).DisposeAsync();
        redial.Tick();
        await UntilAsync(() => heard.Count >= 4);
        Assert.Equal(["paused", "lost True", "resumed", "lost False"], heard);
    }

    [Fact]
    public async Task The_connection_goes_on_while_the_terminal_takes_nothing()
    {
        var (time, heard, back) = (new TestTime(), new ConcurrentQueue<string>(), Later());
        var (full, isFull) = (Later(), Later());
        var redial = new Redial(new FakeHolder(), Telling(time, heard, () =>
        {
            isFull.SetResult();
            ((IAsyncResult)full.Task).AsyncWaitHandle.WaitOne();
        }));
        var run = BackAsync(redial, time, back.Task);
        time.Advance(ResumingLimits.Shunned);
        var telling = Task.Run(redial.Tick);
        await isFull.Task;
        // The next second passes at once.
        await Task.Run(redial.Tick).WaitAsync(Patience);
        back.SetResult();
        await (await run.WaitAsync(Patience)).DisposeAsync();
        Assert.Empty(heard);
        full.SetResult();
        await telling;
        await UntilAsync(() => heard.Count >= 2);
        Assert.Equal(["paused", "resumed"], heard);
    }

    [Fact]
    public async Task Nothing_waits_for_long_for_a_watch_that_tells_a_full_terminal()
    {
        var (full, isFull) = (Later(), Later());
        var (time, tunnel) = (new FastTime(), await new FakeHolder().OpenAsync(default));
        var watch = new PathWatch(time, new ResumeState([], tunnel.Guard, time), () => null, () => { }, () =>
        {
            isFull.TrySetResult();
            ((IAsyncResult)full.Task).AsyncWaitHandle.WaitOne();
        });
        await isFull.Task.WaitAsync(Patience);
        await watch.DisposeAsync().AsTask().WaitAsync(Patience);
        full.SetResult();
        await tunnel.DisposeAsync();
    }

    private static TaskCompletionSource Later() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static ResumeOptions Telling(TestTime time, ConcurrentQueue<string> heard, Action? paused = null) => new(TimeSpan.FromHours(1))
    {
        Time = time,
        Report = new((_, _) =>
        {
            paused?.Invoke();
            heard.Enqueue("paused");
        }, _ => heard.Enqueue("resumed")),
        Lost = isLost => heard.Enqueue($"lost {isLost}"),
    };

    private static Task<Carrier> BackAsync(Redial redial, TestTime time, Task back) =>
        redial.RunAsync("cut", TimeSpan.FromHours(1), 0, async (tunnel, _) =>
        {
            await back;
            return new Carrier(tunnel, new ResumeState([], tunnel.Guard, time));
        }, default);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
            await Task.Delay(5, limit.Token);
    }

    private async Task<(Way Way, ConnectionOverException Over)> GiveUpAsync(TimeSpan grace, Func<int, Exception> failure)
    {
        var way = new Way(_time, failure);
        var redial = new Redial(way, new ResumeOptions(grace) { Time = _time, Jitter = () => 0.5 });
        var run = redial.RunAsync("cut", grace, 0, NobodyAsync, default);
        return (way, await Assert.ThrowsAsync<ConnectionOverException>(() => run.WaitAsync(TimeSpan.FromSeconds(60))));
    }

    private static Task<Carrier> NobodyAsync(Tunnel tunnel, CancellationToken cancellation) => throw new NotSupportedException();

    /// <summary>A way back that never works.</summary>
    private sealed class Way(TestTime time, Func<int, Exception> failure) : IWayBack
    {
        public List<TimeSpan> Times { get; } = [];

        public Task<Tunnel> OpenAsync(CancellationToken cancellation)
        {
            Times.Add(time.Now);
            throw failure(Times.Count);
        }

        public void Distrust()
        {
        }
    }
}
