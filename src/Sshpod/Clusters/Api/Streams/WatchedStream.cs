using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// A connection that notices when its path is dead: if bytes are waited for and none come for a while, it sends a ping, and if nothing
/// comes then either, it ends. While nobody reads, because ssh takes nothing more, or while a ping cannot be sent, because the far side
/// takes nothing more, the path is only slow, and nothing is concluded from it. .NET's own KeepAliveTimeout would end such a WebSocket: it
/// also counts the time in which nobody reads, and in which this process is stopped.
/// </summary>
internal sealed class WatchedStream : AsyncStream
{
    private const int LooksBeforePing = 2;

    private readonly Stream _inner;
    private readonly ReadOnlyMemory<byte> _ping;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly int _looksBeforeEnd;
    private readonly Timer _timer;

    // The number of this read, and how often we have looked since it began. Counted, not timed: a process that was stopped has looked once
    // when it goes on.
    private volatile int _read, _looks;

    // The read in which a ping was sent, and when.
    private volatile int _pingedRead, _pingedLook;
    private volatile bool _isWaiting, _isDead;

    /// <param name="inner">The connection; owned. Each write to it is a whole number of frames, so that a ping may follow.</param>
    /// <param name="ping">A frame that the far side answers.</param>
    /// <param name="silence">How long nothing may come before it is sent.</param>
    /// <param name="answer">How long nothing may come after it.</param>
    public WatchedStream(Stream inner, ReadOnlyMemory<byte> ping, TimeSpan silence, TimeSpan answer)
    {
        var period = silence / LooksBeforePing;
        (_inner, _ping, _looksBeforeEnd) = (inner, ping, (int)Math.Ceiling(answer / period));
        _timer = new Timer(_ => Look(), null, period, period);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _read++;
        _looks = 0;
        _isWaiting = true;
        try
        {
            return await _inner.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (_isDead && Channels.IsEnd(e))
        {
            throw new IOException("nothing came any more, not even the answer to a ping", e);
        }
        finally
        {
            _isWaiting = false;
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await _inner.WriteAsync(buffer, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
            _inner.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Look()
    {
        var read = _read;
        if (!_isWaiting)
            return;
        var looks = ++_looks;
        if (looks == LooksBeforePing)
            _ = PingAsync(read);
        if (_pingedRead != read || looks < _pingedLook + _looksBeforeEnd)
            return;
        Log.Debug("api: nothing comes any more, not even the answer to a ping");
        _isDead = true;
        _inner.Dispose();
    }

    private async Task PingAsync(int read)
    {
        try
        {
            await WriteAsync(_ping, CancellationToken.None);
            _pingedLook = _looks;
            _pingedRead = read;
        }
        catch (Exception e) when (Channels.IsEnd(e))
        {
            // Whoever reads hears of it.
        }
    }
}
