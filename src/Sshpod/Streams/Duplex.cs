namespace Sshpod.Streams;

/// <summary>
/// Bytes in both directions: an exec, a port-forward, a tunnel on top of one, and what ssh gives its ProxyCommand. One task reads and one
/// writes at a time. Disposing ends both directions at once.
/// </summary>
public abstract class Duplex : IAsyncDisposable
{
    /// <summary>
    /// Whether the peer can still send after <see cref="CompleteAsync"/>. Where it cannot, completing ends the whole stream.
    /// </summary>
    public virtual bool HasHalfClose => true;

    /// <summary>Reads what has come, and waits where nothing has.</summary>
    /// <returns>How many bytes; 0 when no more come, and <see cref="EndAsync"/> says why.</returns>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Writes all of the bytes.</summary>
    /// <returns>False when the peer takes no more. Reading, which ends then too, tells why.</returns>
    public abstract ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>
    /// Tells the peer that no more bytes come, and returns when that is on its way. It is no error when the stream has ended already.
    /// </summary>
    public abstract ValueTask CompleteAsync(CancellationToken cancellation);

    /// <summary>
    /// Why no more bytes come. Asked after reading has ended; where the reason comes later than the last byte, this waits for it.
    /// </summary>
    public abstract ValueTask<StreamEnd> EndAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
