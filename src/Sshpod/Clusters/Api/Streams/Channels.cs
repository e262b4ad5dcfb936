using System.Net.WebSockets;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>
/// The streams of an exec or a port-forward in one connection, each a numbered channel. At most one task receives at a time; any may send.
/// </summary>
internal abstract class Channels : IAsyncDisposable
{
    /// <summary>Whether our half of one channel can end before the others.</summary>
    public abstract bool CanCloseChannels { get; }

    /// <summary>Sends bytes on a channel, in pieces small enough to pass everywhere.</summary>
    /// <exception cref="IOException">The connection has ended.</exception>
    public abstract ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellation);

    /// <summary>Ends our half of one channel, if that is possible and the connection has not ended.</summary>
    public abstract ValueTask CloseAsync(byte channel, CancellationToken cancellation);

    /// <summary>Receives bytes of a channel.</summary>
    /// <returns>
    /// The channel, the number of bytes, possibly 0, and whether the far side sends no more on it; null when no channel has any more.
    /// </returns>
    /// <exception cref="IOException">The connection broke off.</exception>
    public abstract ValueTask<(byte Channel, int Count, bool IsLast)?> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellation);

    /// <summary>Announces that we send no more on any channel, and keeps receiving.</summary>
    public abstract Task CompleteAsync();

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();

    /// <summary>Sends bytes on a channel.</summary>
    /// <returns>False when the connection has ended.</returns>
    public async ValueTask<bool> TrySendAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await SendAsync(channel, bytes, cancellation);
            return true;
        }
        catch (IOException e)
        {
            Log.Debug($"api: sending ended: {e.Message}");
            return false;
        }
    }

    /// <summary>
    /// Whether a connection has ended. When one direction breaks, .NET reports pending calls in the other as cancelled, although nobody
    /// cancelled them; and a WebSocketStream that has ended says that it supports nothing.
    /// </summary>
    public static bool IsEnd(Exception e) => e is WebSocketException or IOException or ObjectDisposedException
        or InvalidOperationException or NotSupportedException or OperationCanceledException;
}
