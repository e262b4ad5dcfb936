using Sshpod.Terminal;

namespace Sshpod.Streams;

/// <summary>A duplex made of two .NET streams: pipes, or one socket stream for both directions.</summary>
/// <param name="source">The stream to read from; owned.</param>
/// <param name="sink">The stream to write to; owned.</param>
/// <param name="isBuffered">Whether the sink keeps bytes until it is flushed; pipes and sockets do not.</param>
public class StreamDuplex(Stream source, Stream sink, bool isBuffered = false) : Duplex
{
    private bool _broke;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        try
        {
            return await source.ReadAsync(buffer, cancellation);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Log.Debug($"stream: reading ended: {e.Message}");
            _broke = true;
            return 0;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await sink.WriteAsync(bytes, cancellation);
            if (isBuffered)
                await sink.FlushAsync(cancellation);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Log.Debug($"stream: writing ended: {e.Message}");
            return false;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask CompleteAsync(CancellationToken cancellation)
    {
        try
        {
            await sink.DisposeAsync();
        }
        catch (IOException)
        {
            // It has already ended.
        }
    }

    /// <inheritdoc/>
    public override ValueTask<StreamEnd> EndAsync(CancellationToken cancellation) =>
        ValueTask.FromResult<StreamEnd>(_broke ? new StreamEnd.Broken() : new StreamEnd.ClosedByPeer());

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await CompleteAsync(CancellationToken.None);
        await source.DisposeAsync();
    }
}
