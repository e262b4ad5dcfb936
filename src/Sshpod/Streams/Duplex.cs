namespace Sshpod.Streams;

/// <summary>
/// Bytes in both directions: an exec, a port-forward, a tunnel on top of one, or the pipes to and from ssh. At most one task reads and one
/// writes at a time. Disposing ends both directions at once.
/// </summary>
public abstract class Duplex : IAsyncDisposable
{
    /// <summary>Whether the peer can still send after <see cref="CompleteAsync"/>. If not, completing ends the whole stream.</summary>
    public virtual bool HasHalfClose => true;

    /// <summary>Reads what has arrived, and waits if nothing has.</summary>
    /// <returns>The number of bytes; 0 at the end, and <see cref="EndAsync"/> says why.</returns>
    public abstract ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Writes all of the bytes.</summary>
    /// <returns>False if the peer accepts no more. Reading then ends too, and gives the reason.</returns>
    public abstract ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>
    /// Tells the peer that no more bytes follow, and returns when that is on its way. It is not an error if the stream has already ended.
    /// </summary>
    public abstract ValueTask CompleteAsync(CancellationToken cancellation);

    /// <summary>
    /// Why the stream ended. Call it after reading has ended; if the reason arrives later than the last byte, it waits for the reason.
    /// </summary>
    public abstract ValueTask<StreamEnd> EndAsync(CancellationToken cancellation);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
