using Sshpod.Clusters;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Terminal;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>An outage: tries to come back until it works, until that is pointless, or until the grace is over.</summary>
/// <param name="way">The way back.</param>
/// <param name="options">How long, and who hears of it.</param>
internal sealed class Redial(IWayBack way, ResumeOptions options)
{
    private readonly TimeProvider _time = options.Time;
    private readonly Lock _lock = new();

    // Held while somebody is told, so that nobody hears of an outage after its end. A terminal may keep us waiting: no hint and no
    // connection waits for it.
    private readonly Lock _telling = new();
    private readonly Queue<(TimeSpan? Resumed, bool WasShunned)> _ends = new();
    private TaskCompletionSource _hint = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long? _hinted;
    private long _since;
    private DateTimeOffset _sinceByWall;
    private string _reason = "", _brief = "";
    private bool _isOut, _isTold, _isShunned;

    /// <summary>
    /// How long the outage has lasted. Some monotonic clocks stand still while the machine sleeps, and wall clocks are set.
    /// </summary>
    private TimeSpan Outage
    {
        get
        {
            var (monotonic, wall) = (_time.GetElapsedTime(_since), _time.GetUtcNow() - _sinceByWall);
            return monotonic > wall ? monotonic : wall;
        }
    }

    /// <summary>Tries to come back.</summary>
    /// <param name="why">Why the stream was lost.</param>
    /// <param name="grace">How long the server waits.</param>
    /// <param name="tried">How many attachments there were already that came to nothing.</param>
    /// <param name="attach">Goes on with the connection over a tunnel.</param>
    /// <param name="stop">Ends the attempts.</param>
    /// <returns>What goes on.</returns>
    /// <exception cref="ConnectionOverException">It is pointless.</exception>
    public async Task<Carrier> RunAsync(
        string why, TimeSpan grace, int tried, Func<Tunnel, CancellationToken, Task<Carrier>> attach, CancellationToken stop)
    {
        Log.Debug($"resume: lost: {why}");
        lock (_lock)
            (_reason, _brief, _since, _sinceByWall, _isOut) = (why, why, _time.GetTimestamp(), _time.GetUtcNow(), true);
        try
        {
            TimeSpan? asked = null;
            for (var attempt = tried; ; attempt++)
            {
                var pause = asked ?? RedialPauses.Before(attempt, Outage, options.Jitter());
                // The last attempt is at the end of the grace: only the server knows whether that is over.
                var left = grace - Outage;
                await PauseAsync(pause < left ? pause : left > TimeSpan.Zero ? left : TimeSpan.Zero, stop);
                try
                {
                    var carrier = await TryAsync(attach, stop);
                    Log.Debug($"resume: after {Outage.TotalMilliseconds:0} ms, attempt {attempt + 1}");
                    Over(isResumed: true);
                    return carrier;
                }
                catch (Exception e) when (IsPassing(e, stop))
                {
                    var reason = e is OperationCanceledException ? "no answer" : e.Message.TrimEnd('.');
                    lock (_lock)
                        (_reason, _brief) = (reason, (e as SshpodException)?.Brief ?? reason);
                    asked = RedialPauses.Asked(e);
                    Log.Debug($"resume: attempt {attempt + 1}: {_reason}");
                }
                if (Outage >= grace)
                    throw new ConnectionOverException($"no connection for {RedialPauses.Words(grace)}; the last error was: {_reason}");
            }
        }
        finally
        {
            Over(isResumed: false);
        }
    }

    /// <summary>Something has changed, or the user is waiting: tries now.</summary>
    public void Hint()
    {
        lock (_lock)
            if (_isOut)
                _hint.TrySetResult();
    }

    /// <summary>Tells of the outage. To be called each second.</summary>
    public void Tick()
    {
        // Else each second one more of us would wait.
        if (!_telling.TryEnter())
            return;
        try
        {
            TellEnds();
            string brief;
            lock (_lock)
            {
                if (!_isOut || Outage < ResumingLimits.Told)
                    return;
                (brief, _isTold) = (_brief, true);
            }
            options.Report?.Paused(Outage, brief);
            lock (_lock)
            {
                if (!_isOut || Outage < ResumingLimits.Shunned || _isShunned)
                    return;
                _isShunned = true;
            }
            options.Lost?.Invoke(true);
        }
        finally
        {
            _telling.Exit();
        }
    }

    private void Over(bool isResumed)
    {
        lock (_lock)
        {
            var wasTold = _isTold;
            if (wasTold)
                _ends.Enqueue((isResumed ? Outage : null, _isShunned));
            (_isOut, _isTold, _isShunned) = (false, false, false);
            if (!wasTold)
                return;
        }
        // What goes on goes on at once. Of an end without it the terminal is not told.
        if (isResumed || !_telling.TryEnter())
        {
            _ = Task.Run(() =>
            {
                lock (_telling)
                    TellEnds();
            });
            return;
        }
        try
        {
            TellEnds();
        }
        finally
        {
            _telling.Exit();
        }
    }

    // With _telling held.
    private void TellEnds()
    {
        while (true)
        {
            (TimeSpan? Resumed, bool WasShunned) end;
            lock (_lock)
                if (!_ends.TryDequeue(out end))
                    return;
            if (end.Resumed is { } outage)
                options.Report?.Resumed(outage);
            if (end.WasShunned)
                options.Lost?.Invoke(false);
        }
    }

    private static bool IsPassing(Exception e, CancellationToken stop) =>
        e is not ConnectionOverException && !stop.IsCancellationRequested
        && e is SshpodException or IOException or TimeoutException or OperationCanceledException;

    private async Task<Carrier> TryAsync(Func<Tunnel, CancellationToken, Task<Carrier>> attach, CancellationToken stop)
    {
        var tunnel = await way.OpenAsync(stop);
        using var limit = new CancellationTokenSource(ResumingLimits.Answer, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        return await attach(tunnel, both.Token);
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        Task hint;
        lock (_lock)
            hint = _hint.Task;
        if (pause > TimeSpan.Zero)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var began = _time.GetTimestamp();
            if (!hint.IsCompleted)
                await Task.WhenAny(Task.Delay(pause, _time, end.Token), hint);
            await end.CancelAsync();
            if (hint.IsCompleted && !stop.IsCancellationRequested)
            {
                // Each key that the user presses is a hint: the first starts an attempt at once, then one starts in each second.
                var spacing = _hinted is { } last ? ResumingLimits.HintPause - _time.GetElapsedTime(last) : TimeSpan.Zero;
                var left = pause - _time.GetElapsedTime(began);
                if ((spacing < left ? spacing : left) is var wait && wait > TimeSpan.Zero)
                    await Task.Delay(wait, _time, stop);
                _hinted = _time.GetTimestamp();
            }
        }
        stop.ThrowIfCancellationRequested();
        lock (_lock)
            if (_hint.Task.IsCompleted)
                _hint = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>When the next attempt is due.</summary>
internal static class RedialPauses
{
    /// <summary>The pause before an attempt.</summary>
    /// <param name="attempt">How many were made.</param>
    /// <param name="outage">How long the outage has lasted.</param>
    /// <param name="random">From 0 to 1: an API server that comes back meets all of its clients at once.</param>
    public static TimeSpan Before(int attempt, TimeSpan outage, double random)
    {
        var pause = attempt < ResumingLimits.Pauses.Count ? ResumingLimits.Pauses[attempt]
            : outage < ResumingLimits.LongOutage ? ResumingLimits.UsualPause : ResumingLimits.LongPause;
        return pause * (0.75 + random / 2);
    }

    /// <summary>The pause that a failure asks for; null if it asks for none.</summary>
    public static TimeSpan? Asked(Exception failure) => failure switch
    {
        PluginFailedException => ResumingLimits.LoginPause,
        ClusterException { RetryAfter: { } after } => AtMost(after),
        UpgradeRefusedException { RetryAfter: { } after } => AtMost(after),
        _ => null,
    };

    private static TimeSpan AtMost(TimeSpan after) => after < ResumingLimits.BusyPause ? after : ResumingLimits.BusyPause;

    /// <summary>A period for the user, such as <c>24 h</c>.</summary>
    public static string Words(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{time.TotalSeconds:0} s",
        { TotalHours: < 1 } => $"{time.TotalMinutes:0} min",
        _ => $"{time.TotalHours:0} h",
    };
}
