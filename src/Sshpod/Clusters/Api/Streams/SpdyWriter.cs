using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>Writes whole frames, one at a time.</summary>
/// <param name="connection">The connection; owned.</param>
internal sealed class SpdyWriter(Stream connection) : IAsyncDisposable
{
    // With its header, a frame fills two records of TLS, and one message of a WebSocket that passes everywhere.
    private const int MaxFrame = 32 * 1024;

    /// <summary>The most bytes that travel in one frame.</summary>
    internal const int MaxData = MaxFrame - SpdyFrame.HeaderSize;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly byte[] _frame = new byte[MaxFrame];
    private volatile bool _hasEnded;
    private Task _answering = Task.CompletedTask;

    /// <summary>Writes bytes of a stream, in frames of their own.</summary>
    /// <exception cref="IOException">The connection has ended.</exception>
    public async ValueTask SendAsync(uint stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            while (bytes.Length > 0)
            {
                var count = Math.Min(bytes.Length, MaxData);
                SpdyFrame.WriteData(_frame, stream, count, isLast: false);
                bytes[..count].CopyTo(_frame.AsMemory(SpdyFrame.HeaderSize));
                await PutAsync(_frame.AsMemory(0, SpdyFrame.HeaderSize + count), cancellation);
                bytes = bytes[count..];
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes frames that are complete.</summary>
    /// <exception cref="IOException">The connection has ended.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await PutAsync(frames, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Answers a ping as soon as possible, and returns at once: a server that does not read until we do would otherwise wait for ever.
    /// While one answer is on its way, other pings get none, so that they do not fill the memory.
    /// </summary>
    public void Answer(uint ping)
    {
        if (_answering.IsCompleted)
            _answering = AnswerAsync(ping);
    }

    /// <summary>Writes nothing more: the connection has ended.</summary>
    public void End() => _hasEnded = true;

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        End();
        return connection.DisposeAsync();
    }

    private async Task AnswerAsync(uint ping)
    {
        try
        {
            await WriteAsync(SpdyFrame.Ping(ping), CancellationToken.None);
        }
        catch (IOException e)
        {
            Log.Debug($"api: a ping was not answered: {e.Message}");
        }
    }

    private async Task PutAsync(ReadOnlyMemory<byte> frames, CancellationToken cancellation)
    {
        if (_hasEnded)
            throw new IOException("the connection has ended");
        try
        {
            await connection.WriteAsync(frames, cancellation);
        }
        catch (Exception e) when (Channels.IsEnd(e))
        {
            // Part of a frame may be on its way, so that nothing can follow.
            _hasEnded = true;
            cancellation.ThrowIfCancellationRequested();
            throw new IOException(e.Message, e);
        }
    }
}
