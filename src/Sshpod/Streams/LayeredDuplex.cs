namespace Sshpod.Streams;

/// <summary>A duplex on top of another: what a subclass does not change is passed on.</summary>
/// <param name="inner">The duplex below; owned.</param>
public abstract class LayeredDuplex(Duplex inner) : Duplex
{
    /// <summary>The duplex below.</summary>
    protected Duplex Inner => inner;

    /// <inheritdoc/>
    public override bool HasHalfClose => inner.HasHalfClose;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation) => inner.ReadAsync(buffer, cancellation);

    /// <inheritdoc/>
    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        inner.WriteAsync(bytes, cancellation);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellation) => inner.CompleteAsync(cancellation);

    /// <inheritdoc/>
    public override ValueTask<StreamEnd> EndAsync(CancellationToken cancellation) => inner.EndAsync(cancellation);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return inner.DisposeAsync();
    }
}
