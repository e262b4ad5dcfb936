using System.Text;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>A port-forward, for one connection.</summary>
/// <param name="channels">Its streams; owned.</param>
/// <param name="container">Where it leads; for messages.</param>
internal sealed class ApiPortForward(Channels channels, PodContainer container) : Duplex
{
    private const byte Data = 0, Error = 1;
    private const int MaxText = 4 * 1024;

    // In v4.channel.k8s.io each channel begins with the port, in little-endian order; SPDY has it in the headers of a stream.
    private const int PortBytes = 2;

    private readonly int[] _ahead = channels is ChannelSocket ? [PortBytes, PortBytes] : [0, 0];
    private readonly MemoryStream _errorText = new();
    private bool _isLast, _hasEnded, _broke;

    /// <summary>v4.channel.k8s.io has no half-close: we close, and data in flight still arrives.</summary>
    public override bool HasHalfClose => channels.CanCloseChannels;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        if (_hasEnded)
            return 0;
        try
        {
            var count = await ReadDataAsync(buffer, cancellation);
            _hasEnded = count == 0;
            return count;
        }
        catch (IOException e)
        {
            Log.Debug($"api: port-forward ended: {e.Message}");
            _hasEnded = _broke = true;
            return 0;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        channels.TrySendAsync(Data, bytes, cancellation);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellation) =>
        HasHalfClose ? channels.CloseAsync(Data, cancellation) : new(channels.CompleteAsync());

    /// <inheritdoc/>
    public override async ValueTask<StreamEnd> EndAsync(CancellationToken cancellation)
    {
        if (_isLast && _errorText.Length == 0)
            await ReadErrorAsync(cancellation);
        return _errorText.Length > 0 ? new StreamEnd.Refused(new SshpodException(
                $"port-forward to {container} failed: {Encoding.UTF8.GetString(_errorText.ToArray()).Trim()}", "connect again"))
            : _broke ? new StreamEnd.Broken()
            : new StreamEnd.ClosedByPeer();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => channels.DisposeAsync();

    private async ValueTask<int> ReadDataAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        // Once the port has sent everything, the server may still keep the connection.
        while (!_isLast && await channels.ReceiveAsync(buffer, cancellation) is var (channel, count, isLast))
        {
            if (channel > Error)
                continue;
            _isLast = isLast && channel == Data;
            var skipped = Math.Min(_ahead[channel], count);
            _ahead[channel] -= skipped;
            if (skipped == count)
                continue;
            if (channel == Data)
            {
                if (skipped > 0)
                    buffer[skipped..count].CopyTo(buffer);
                return count - skipped;
            }
            KeepError(buffer.Span[skipped..count]);
            // Nothing follows an error, and some servers wait for the client to close (kubernetes#78446).
            throw new IOException("the far side ended the port-forward");
        }
        return 0;
    }

    /// <summary>Waits a moment for the reason: over SPDY, containerd ends the data first, and the kubelet then says why.</summary>
    private async Task ReadErrorAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ClusterLimits.PortForwardEnd);
        var buffer = new byte[MaxText];
        try
        {
            while (_errorText.Length == 0 && await channels.ReceiveAsync(buffer, limit.Token) is var (channel, count, isLast))
            {
                if (channel != Error)
                    continue;
                KeepError(buffer.AsSpan(0, count));
                if (isLast)
                    return;
            }
        }
        catch (IOException e)
        {
            Log.Debug($"api: port-forward ended without a reason: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // No reason comes: the server keeps the connection.
        }
    }

    private void KeepError(ReadOnlySpan<byte> text) => _errorText.Write(text[..(int)Math.Min(text.Length, MaxText - _errorText.Length)]);
}
