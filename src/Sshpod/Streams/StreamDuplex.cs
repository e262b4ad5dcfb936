using Sshpod.Terminal;

namespace Sshpod.Streams;

/// <summary>A duplex made of two streams of .NET: pipes, or a socket's stream for both directions.</summary>
/// <param name="source">What is read; owned.</param>
/// <param name="sink">What is written to; owned.</param>
public class StreamDuplex(Stream source, Stream sink) : Duplex
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
            // It has ended already.
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
