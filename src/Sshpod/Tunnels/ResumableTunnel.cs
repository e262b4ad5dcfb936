using Sshpod.Ssh;
using Sshpod.Streams;
using Sshpod.Terminal;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>
/// A tunnel that outlives the stream that carries it. When that breaks, ssh and the server notice nothing but time: both sides know up to
/// which position they have received, and what is missing is sent again over the next stream.
/// </summary>
public sealed class ResumableTunnel : Duplex
{
    private readonly ResumeState _state;
    private readonly IWayBack _way;
    private readonly ResumeOptions _options;
    private readonly Redial _redial;
    private readonly PathWatch _watch;
    private readonly string _banner;
    private readonly CancellationTokenSource _stop = new();
    private readonly DeadTunnels _dead;
    private readonly Acknowledgement _acknowledgement;
    private readonly Task<StreamEnd> _running;
    private ReadOnlyMemory<byte> _first;
    private volatile Carrier? _carrier;
    private Task<IDisposable?>? _ticket;

    private ResumableTunnel(Tunnel tunnel, IWayBack way, ResumeOptions options, PublicKey clientKey)
    {
        (_way, _options, _banner, _first) = (way, options, tunnel.Banner, tunnel.BannerLine.ToArray());
        var time = options.Time;
        _state = new(ResumeHandshake.Fingerprint($"{clientKey}"), tunnel.Guard, time);
        _redial = new Redial(way, options);
        _dead = new(_state, [.. (options.Dead?.Invoke() ?? []).Take(ResumingLimits.Abandoned)]);
        _carrier = Attach(tunnel);
        _carrier.Begin(options.Grace, _dead.All);
        _acknowledgement = new(time, _state, () => _carrier);
        _running = RunAsync(_carrier);
        _watch = new PathWatch(time, _state, () => _carrier, _redial.Hint, Tick);
    }

    /// <summary>Makes a connection resumable, if its server can do that.</summary>
    /// <param name="tunnel">The open tunnel; owned.</param>
    /// <param name="way">How the server is reached again.</param>
    /// <param name="options">How long it may be paused, and more.</param>
    /// <param name="clientKey">The key that logs in.</param>
    /// <returns>The tunnel itself if the server has not offered it: it lacked a process for that.</returns>
    public static Duplex Over(Tunnel tunnel, IWayBack way, ResumeOptions options, PublicKey clientKey)
    {
        if (tunnel.Nonce is not null)
            return new ResumableTunnel(tunnel, way, options, clientKey);
        Log.Debug("resume: the server does not offer it");
        return tunnel;
    }

    /// <inheritdoc/>
    /// <exception cref="SshpodException">The server shows a host key other than the one that it reported.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (!_first.IsEmpty)
        {
            var length = Math.Min(buffer.Length, _first.Length);
            _first[..length].CopyTo(buffer);
            _first = _first[length..];
            return length;
        }
        _state.Received.Consume();
        _acknowledgement.SendIfDue();
        var count = await _state.Received.TakeAsync(buffer, cancellation);
        return _state.Guard.Allows(buffer.Span[..count]) ? count : throw Tunnel.WrongHostKey();
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        while (!bytes.IsEmpty)
        {
            var count = await _state.Replay.AppendAsync(bytes, cancellation);
            if (count == 0)
                return false;
            bytes = bytes[count..];
            if (_carrier is { } carrier)
                await carrier.FlushAsync().WaitAsync(cancellation);
            else
                _redial.Hint();
        }
        return true;
    }

    /// <inheritdoc/>
    public override async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        _state.IsComplete = true;
        // Nothing follows END, whoever is still writing.
        _state.Replay.Close();
        if (_carrier is not { } carrier)
            _redial.Hint();
        else if (carrier.Writer.IsWaiting)
            // ssh has said nothing: there is no connection to end.
            await StopAsync(carrier);
        else
        {
            carrier.Writer.End(EndReason.Closed);
            await carrier.FlushAsync().WaitAsync(cancellation);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<StreamEnd> EndAsync(CancellationToken cancellation) => await _running.WaitAsync(cancellation);

    /// <summary>Ends the connection: the server is told, and closes first, or our last message would be lost.</summary>
    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _state.Received.Discard();
        if (!_running.IsCompleted)
        {
            var limit = _carrier is null ? ResumingLimits.LastAttempt : ResumingLimits.Farewell;
            await CompleteAsync(CancellationToken.None).AsTask().WaitAsync(limit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAny(_running, Task.Delay(limit));
            if (_state.End is not null)
                await Task.WhenAny(_running, Task.Delay(ResumingLimits.Farewell));
        }
        await _watch.DisposeAsync();
        await _acknowledgement.DisposeAsync();
        await StopAsync(_carrier);
        await Task.WhenAny(_running, Task.Delay(ResumingLimits.Farewell));
    }

    private async Task<StreamEnd> RunAsync(Carrier carrier)
    {
        StreamEnd end;
        var isForgotten = false;
        try
        {
            end = await CarryAsync(carrier);
        }
        catch (ConnectionOverException e)
        {
            end = new StreamEnd.Refused(e);
            isForgotten = e.IsForgotten;
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            end = new StreamEnd.ClosedByPeer();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            Log.Debug($"{e}");
            end = new StreamEnd.Refused(ConnectionOverException.Bug($"internal error: {e.GetType().Name}: {e.Message}"));
        }
        _state.Replay.Close();
        _state.Received.Close();
        // It may have been over before anybody looked.
        _dead.ForgetIfHeard();
        // Kept until the server has forgotten the connection: else the next one ends it.
        if ((isForgotten || _state.End is not null) && _ticket is not null)
            (await _ticket)?.Dispose();
        return end;
    }

    private async Task<StreamEnd> CarryAsync(Carrier carrier)
    {
        while (true)
        {
            var began = _options.Time.GetTimestamp();
            try
            {
                await carrier.RunAsync();
                if (_state.End is { } reason)
                    return ConnectionOverException.Of(reason) is { } over ? new StreamEnd.Refused(over) : new StreamEnd.ClosedByPeer();
                _stop.Token.ThrowIfCancellationRequested();
                if (Grace == TimeSpan.Zero)
                    return await carrier.EndAsync();
                if (carrier.IsStranger)
                    _way.Distrust();
            }
            finally
            {
                _carrier = null;
                // Over a dead path closing takes a second.
                var closing = carrier.DisposeAsync();
                if (_state.End is not null)
                    await closing;
            }
            _state.CountFruitless(_options.Time.GetElapsedTime(began));
            carrier = await _redial.RunAsync(carrier.Loss ?? "connection closed", Grace, _state.Tried, ReattachAsync, _stop.Token);
        }
    }

    // What the server grants; before its answer, what we want.
    private TimeSpan Grace => _state.Granted?.Grace ?? _options.Grace;

    private Carrier Attach(Tunnel tunnel) => new(tunnel, _state)
    {
        // Writing a file must not keep ssh waiting.
        Welcomed = welcome => _ticket = Task.Run(() => _options.Ticket?.Invoke(welcome.Id, welcome.Key)),
    };

    private async Task<Carrier> ReattachAsync(Tunnel tunnel, CancellationToken cancellation)
    {
        if (tunnel.Nonce is null)
        {
            _way.Distrust();
            await tunnel.DisposeAsync();
            throw new SshpodException("the container has no room for a process that resumes the connection");
        }
        var carrier = Attach(tunnel);
        try
        {
            if (_state.Granted is not null)
                await carrier.ResumeAsync(cancellation);
            else if (tunnel.Banner == _banner)
                carrier.Begin(_options.Grace, _dead.All);
            else
                throw new ConnectionOverException("another server answered");
        }
        catch
        {
            if (carrier.IsStranger)
                _way.Distrust();
            await carrier.DisposeAsync();
            throw;
        }
        if (_state.IsComplete)
            carrier.Writer.End(EndReason.Closed);
        _state.Liveness.Heard();
        _carrier = carrier;
        // ssh may have taken something while nobody could be told.
        _acknowledgement.SendIfDue();
        carrier.Flush();
        return carrier;
    }

    private async Task StopAsync(Carrier? carrier)
    {
        await _stop.CancelAsync();
        carrier?.Lose("ssh has ended");
    }

    private void Tick()
    {
        _redial.Tick();
        _state.Replay.FreeIfIdle();
        _state.Received.FreeIfIdle();
        _dead.ForgetIfHeard();
    }
}
