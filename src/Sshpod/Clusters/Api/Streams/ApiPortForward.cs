using System.Text;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>A port-forward over WebSocket, with one connection through it.</summary>
internal sealed class ApiPortForward : IPortForward
{
    /// <summary>The subprotocol. Later ones carry SPDY in it; servers still take this.</summary>
    public static readonly IReadOnlyList<string> Protocols = [ChannelSocket.V4];

    private const byte Data = 0, Error = 1;
    private const int MaxText = 4 * 1024;

    // Each channel begins with the port, in little-endian order.
    private const int PortBytes = 2;

    private readonly ChannelSocket _socket;
    private readonly PodContainer _container;
    private readonly int[] _ahead = [PortBytes, PortBytes];
    private readonly MemoryStream _errorText = new();

    public ApiPortForward(ChannelSocket socket, PodContainer container)
    {
        _socket = socket;
        _container = container;
        Stream = new DataStream(this);
    }

    /// <inheritdoc/>
    public Stream Stream { get; }

    /// <summary>There is no half-close here: who has nothing more to say closes the connection, and what is on its way still arrives.</summary>
    public void CompleteWriting() => _ = _socket.CompleteAsync();

    /// <inheritdoc/>
    public Task<SshpodException?> ExplainEndAsync(CancellationToken cancellation) => Task.FromResult(_errorText.Length > 0
        ? new SshpodException($"port-forward to {_container} failed: {Encoding.UTF8.GetString(_errorText.ToArray()).Trim()}", "connect again")
        : null);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (await _socket.ReceiveAsync(buffer, cancellation) is var (channel, count))
        {
            if (channel > Error)
                continue;
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
            _errorText.Write(buffer.Span[skipped..count][..(int)Math.Min(count - skipped, MaxText - _errorText.Length)]);
            // After an error nothing more comes, and some servers wait for the client to go (kubernetes#78446).
            throw new IOException("the far side ended the port-forward");
        }
        return 0;
    }

    private sealed class DataStream(ApiPortForward forward) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => forward.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            forward._socket.SendAsync(Data, buffer, cancellationToken);
    }
}
