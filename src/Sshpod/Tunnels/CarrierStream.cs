using Sshpod.Streams;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tunnels;

/// <summary>The stream of an attachment, until it is lost: because it ends, or because we give it up.</summary>
internal abstract class CarrierStream : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Duplex _stream;
    private readonly CancellationTokenSource _end = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private ReadOnlyMemory<byte> _rest;

    /// <param name="detached">The stream, and what has been read from it already.</param>
    protected CarrierStream((Duplex Stream, ReadOnlyMemory<byte> Remainder) detached) => (_stream, _rest) = detached;

    /// <summary>Why it was lost; null while it is not.</summary>
    public string? Loss { get; private set; }

    /// <summary>What was read last.</summary>
    protected ReadOnlyMemory<byte> Buffer => _buffer;

    /// <summary>Cancelled when it is lost.</summary>
    protected CancellationToken Ending => _end.Token;

    /// <summary>Gives it up.</summary>
    /// <param name="why">Why; for the log and for the user.</param>
    public void Lose(string why)
    {
        Loss ??= why;
        _end.Cancel();
    }

    /// <summary>Why the stream ended.</summary>
    public async Task<StreamEnd> EndAsync()
    {
        using var limit = new CancellationTokenSource(ResumingLimits.Farewell);
        try
        {
            return await _stream.EndAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            return new StreamEnd.ClosedByPeer();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _stream.DisposeAsync();
    }

    /// <summary>
    /// Ends our direction, behind what was written: else some runtimes let us wait for a second for the end of the other one.
    /// </summary>
    /// <param name="isOver">Whether our last message may be lost, as it may where this ends both directions.</param>
    protected async Task HalfCloseAsync(bool isOver)
    {
        if (!isOver && !_stream.HasHalfClose)
            return;
        try
        {
            await _stream.CompleteAsync(_end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // It is closed then.
        }
    }

    /// <summary>Lets nothing wait for longer.</summary>
    protected void EndAfter(TimeSpan time) => _end.CancelAfter(time);

    /// <summary>Reads into <see cref="Buffer"/>.</summary>
    /// <returns>How many bytes; 0 at the end.</returns>
    protected async ValueTask<int> ReadAsync()
    {
        if (!_rest.IsEmpty)
        {
            _rest.CopyTo(_buffer);
            var count = _rest.Length;
            _rest = default;
            return count;
        }
        try
        {
            return Loss is null ? await _stream.ReadAsync(_buffer, _end.Token) : 0;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            return 0;
        }
    }

    /// <summary>Writes all of the bytes.</summary>
    /// <returns>False if the stream takes nothing more.</returns>
    protected async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return await _stream.WriteAsync(bytes, _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
