using Sshpod.Streams;

namespace Sshpod.Clusters.Api.Http;

/// <summary>
/// How long an API server may stay silent while we connect. The time that our own process needs on a busy machine before it sends, and a
/// handshake in progress, do not count as silence.
/// </summary>
internal sealed class ConnectLimit : IDisposable
{
    private readonly CancellationTokenSource _source;
    private bool _hasAsked, _hasAnswer;

    public ConnectLimit(CancellationToken cancellation)
    {
        _source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _source.CancelAfter(ClusterLimits.ApiSilence);
    }

    /// <summary>Cancelled when the limit expires.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Watches the connection, which is now established.</summary>
    public Stream Watch(Stream stream)
    {
        if (!_hasAnswer)
            _source.CancelAfter(ClusterLimits.ApiHandshake);
        return new Watched(stream, this);
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void Asked()
    {
        if (_hasAsked)
            return;
        _hasAsked = true;
        _source.CancelAfter(ClusterLimits.ApiSilence);
    }

    private void Answered()
    {
        if (_hasAnswer)
            return;
        _hasAnswer = true;
        _source.CancelAfter(ClusterLimits.ApiHandshake);
    }

    private sealed class Watched(Stream inner, ConnectLimit limit) : AsyncStream
    {
        // The limit is disposed after the handshake, and must not be used from then on.
        private bool _isSettled;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            if (!_isSettled && count > 0)
            {
                _isSettled = true;
                limit.Answered();
            }
            return count;
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            if (!_isSettled)
                limit.Asked();
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
