using System.Globalization;
using System.Text;
using System.Text.Json;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>An exec over WebSocket.</summary>
internal sealed class ApiExec : IExec
{
    /// <summary>Subprotocols, the best first.</summary>
    public static readonly IReadOnlyList<string> Protocols = [ChannelSocket.V5, ChannelSocket.V4];

    private const byte Stdin = 0, Stdout = 1, Stderr = 2, Status = 3;

    // Enough for every message; what babbles for hours does not fill the memory.
    private const int MaxText = 16 * 1024;

    private readonly ChannelSocket _socket;
    private readonly PodContainer _container;
    private readonly string? _context;
    // None of our commands says more there; a flood would keep us reading for ever.
    private const int MaxError = 1024 * 1024;

    private readonly MemoryStream _errorText = new(), _status = new();
    private int _errorBytes;
    private bool _hasEnded;
    private string? _broken;

    public ApiExec(ChannelSocket socket, PodContainer container, string? context)
    {
        _socket = socket;
        _container = container;
        _context = context;
        Input = new InputStream(socket);
        Output = new OutputStream(this);
    }

    /// <inheritdoc/>
    public Stream Input { get; }

    /// <inheritdoc/>
    public bool CanCloseInput => _socket.CanCloseChannels;

    /// <inheritdoc/>
    public Stream Output { get; }

    /// <inheritdoc/>
    public async Task<SshpodException> ExplainEndAsync(CancellationToken cancellation)
    {
        var rest = new byte[4096];
        while (await ReadOutputAsync(rest, cancellation) > 0)
        {
        }
        var said = Encoding.UTF8.GetString(_errorText.ToArray());
        var status = ReadStatus();
        Log.Debug($"api: exec ended: {status?.Status ?? "no status"} {status?.Reason} {status?.Message} {_broken}: {said.ReplaceLineEndings(" ")}");
        if (ExecFailure.Explain(_container, $"{status?.Message}\n{said}") is { } failure)
            return failure;
        // An empty error channel is no success (kubernetes#73056), and success is none either before all was said.
        if (status is not { Status: "Failure" })
            return new BrokenStreamException(_container, _broken ?? (status is null ? "no exit code" : "exit code 0")) { IsOrderly = _broken is null && status is not null };
        return status.Details?.Causes?.FirstOrDefault(cause => cause.Reason == "ExitCode") is { } exit
            ? new BrokenStreamException(_container, string.Create(CultureInfo.InvariantCulture, $"exit code {exit.Message}"))
            : ClusterException.FromStatus(status.Reason, status.Message, _context);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    private async ValueTask<int> ReadOutputAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!_hasEnded)
        {
            try
            {
                if (await _socket.ReceiveAsync(buffer, cancellation) is not var (channel, count))
                    break;
                if (channel == Stdout && count > 0)
                    return count;
                if (channel is Stderr or Status && (_errorBytes += count) > MaxError)
                    throw new IOException($"more than {MaxError / 1024} KiB on stderr");
                if (channel is Stderr or Status)
                    Keep(channel == Stderr ? _errorText : _status, buffer.Span[..count]);
            }
            catch (IOException e)
            {
                _broken = e.Message;
                break;
            }
        }
        _hasEnded = true;
        return 0;
    }

    private static void Keep(MemoryStream text, ReadOnlySpan<byte> bytes) =>
        text.Write(bytes[..(int)Math.Min(bytes.Length, MaxText - text.Length)]);

    private ApiStatus? ReadStatus()
    {
        try
        {
            return _status.Length > 0 ? JsonSerializer.Deserialize(_status.ToArray(), ApiJson.Default.ApiStatus) : null;
        }
        catch (JsonException)
        {
            // Before v4.channel.k8s.io it was plain text; some proxies write their own.
            return new ApiStatus(Status: "Failure", Message: Encoding.UTF8.GetString(_status.ToArray()));
        }
    }

    private sealed class InputStream(ChannelSocket socket) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            socket.SendAsync(Stdin, buffer, cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await socket.CloseAsync(Stdin, CancellationToken.None);
            await base.DisposeAsync();
        }
    }

    private sealed class OutputStream(ApiExec exec) : AsyncStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => exec.ReadOutputAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new NotSupportedException();
    }
}
