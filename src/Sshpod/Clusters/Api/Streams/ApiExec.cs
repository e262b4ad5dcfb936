using System.Globalization;
using System.Text;
using System.Text.Json;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Streams;

/// <summary>An exec.</summary>
internal sealed class ApiExec(Channels channels, PodContainer container, string? context, string program = "sh") : Duplex
{
    private const byte Stdin = 0, Stdout = 1, Stderr = 2, Status = 3;

    // Enough for any message; hours of output do not fill the memory.
    private const int MaxText = 16 * 1024;

    // None of our commands writes more; a flood would keep us reading forever.
    private const int MaxError = 1024 * 1024;

    private readonly MemoryStream _errorText = new(), _status = new();
    private int _errorBytes;
    private bool _hasEnded;
    private string? _broken;

    /// <summary>v4.channel.k8s.io has no EOF for stdin alone (KEP-4006).</summary>
    public override bool HasHalfClose => channels.CanCloseChannels;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation)
    {
        while (!_hasEnded)
        {
            try
            {
                if (await channels.ReceiveAsync(buffer, cancellation) is not var (channel, count, _))
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

    /// <inheritdoc/>
    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) =>
        channels.TrySendAsync(Stdin, bytes, cancellation);

    /// <inheritdoc/>
    public override ValueTask CompleteAsync(CancellationToken cancellation) =>
        HasHalfClose ? channels.CloseAsync(Stdin, cancellation) : channels.DisposeAsync();

    /// <inheritdoc/>
    public override async ValueTask<StreamEnd> EndAsync(CancellationToken cancellation)
    {
        var remainder = new byte[4096];
        while (await ReadAsync(remainder, cancellation) > 0)
        {
        }
        var said = Encoding.UTF8.GetString(_errorText.ToArray());
        var status = ReadStatus();
        Log.Debug(
            $"api: exec ended: {status?.Status ?? "no status"} {status?.Reason} {status?.Message} {_broken}: "
            + $"{said.ReplaceLineEndings(" ")}");
        if (ExecFailure.Explain(container, status?.Message ?? "", said, program) is { } failure)
            return new StreamEnd.Refused(failure);
        if (status is { Status: "Failure" })
            return status.Details?.Causes?.FirstOrDefault(cause => cause?.Reason == "ExitCode") is { } exit
                ? new StreamEnd.Broken(string.Create(CultureInfo.InvariantCulture, $"exit code {exit.Message}"))
                : new StreamEnd.Refused(ClusterException.FromStatus(status.Reason, status.Message, context));
        // An empty error channel does not mean success (kubernetes#73056).
        return _broken is not null ? new StreamEnd.Broken(_broken)
            : status is null ? new StreamEnd.ClosedByPeer()
            : new StreamEnd.Finished();
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => channels.DisposeAsync();

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
}
