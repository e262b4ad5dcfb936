using System.Globalization;
using System.Text;
using Sshpod.Streams;

namespace Sshpod.Clusters.Api.Http;

/// <summary>The response to one request.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Headers">Headers by name, ignoring case; of repeated headers, the last.</param>
/// <param name="Body">The body, decoded.</param>
internal sealed record HttpResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    /// <summary>A header; empty when it is absent.</summary>
    public string Header(string name) => Headers.TryGetValue(name, out var value) ? value : "";

    /// <summary>How long a busy server wants to be left alone; null if it does not say.</summary>
    public TimeSpan? RetryAfter =>
        int.TryParse(Header("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds) : null;
}

/// <summary>
/// The part of HTTP/1.1 (RFC 9112) that a client of an API server needs: one request after another, then possibly another protocol on the
/// same connection, with limits for all that a server sends. In the static program HttpClient is as fast: 25 ms of CPU for one request
/// either way, once the certificates of the system are left out (see <c>SystemTrust</c>), and 128 ms with them.
/// </summary>
/// <param name="stream">The connection; owned.</param>
/// <param name="maxBody">The largest body in bytes that is read.</param>
internal sealed class HttpConnection(Stream stream, int maxBody = HttpConnection.MaxBody) : IAsyncDisposable
{
    private const int MaxHead = 64 * 1024, MaxBody = 256 * 1024 * 1024;

    // Limit of 1xx responses before the final one; servers send one or two at most.
    private const int MaxInformational = 16;

    private byte[] _buffer = new byte[16 * 1024];
    private int _start, _end;

    /// <summary>Whether another request may follow.</summary>
    public bool CanBeReused { get; private set; } = true;

    /// <summary>Sends a request and reads the response. After a successful CONNECT or upgrade, the response has no body.</summary>
    /// <param name="head">Request line and headers, each with its line end, without the final empty line.</param>
    /// <param name="requestBody">The request's body, as long as the headers say; empty for none.</param>
    /// <param name="cancellation">Cancels the request; the connection cannot be used afterwards.</param>
    /// <exception cref="IOException">The connection ended, or the response is not HTTP.</exception>
    public async Task<HttpResponse> SendAsync(string head, ReadOnlyMemory<byte> requestBody, CancellationToken cancellation)
    {
        CanBeReused = false;
        // As in Go: a value outside of ASCII, such as the name of somebody to act as, goes as UTF-8.
        await stream.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(head + "\r\n"), .. requestBody.Span], cancellation);
        await stream.FlushAsync(cancellation);
        for (var informational = 0; ; informational++)
        {
            if (informational > MaxInformational)
                throw new IOException("the answer never ends");
            var (status, headers) = ParseHead(await ReadHeadAsync(cancellation));
            if (status is >= 100 and < 200 and not 101)
                continue;
            if (status == 101 || (status / 100 == 2 && head.StartsWith("CONNECT ", StringComparison.Ordinal)))
                return new HttpResponse(status, headers, []);
            var response = new HttpResponse(status, headers, []);
            var (body, isDelimited) = status is 204 or 304 ? ([], true) : await ReadBodyAsync(response, cancellation);
            CanBeReused = isDelimited && !response.Header("Connection").Contains("close", StringComparison.OrdinalIgnoreCase);
            return response with { Body = body };
        }
    }

    /// <summary>Hands over the connection for another protocol.</summary>
    public Stream Detach() => _start == _end ? stream : new PrefixedStream(_buffer.AsMemory(_start, _end - _start), stream);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => stream.DisposeAsync();

    private static (int Status, Dictionary<string, string> Headers) ParseHead(string head)
    {
        var lines = head.Split("\r\n");
        // HTTP/1.1 200 OK
        if (lines[0].Split(' ') is not [['H', 'T', 'T', 'P', '/', '1', '.', _], { Length: 3 } code, ..]
            || !int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            throw new IOException("the answer is not HTTP/1.1");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines[1..])
            if (line.IndexOf(':') is > 0 and var colon)
                headers[line[..colon]] = line[(colon + 1)..].Trim();
        return (status, headers);
    }

    private async Task<(byte[] Body, bool IsDelimited)> ReadBodyAsync(HttpResponse response, CancellationToken cancellation)
    {
        using var body = new MemoryStream();
        if (response.Header("Transfer-Encoding").EndsWith("chunked", StringComparison.OrdinalIgnoreCase))
        {
            while (true)
            {
                var size = (await ReadLineAsync(cancellation)).Split(';')[0].Trim();
                if (!int.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length) || length < 0)
                    throw new IOException("the answer has a chunk without a size");
                if (length == 0)
                    break;
                await CopyAsync(body, length, cancellation);
                await ReadLineAsync(cancellation);
            }
            // Trailers, which we ignore.
            await ReadHeadAsync(cancellation);
            return (body.ToArray(), true);
        }
        if (response.Header("Content-Length") is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length))
                throw new IOException("the answer has no size");
            await CopyAsync(body, length, cancellation);
            return (body.ToArray(), true);
        }
        while (_start < _end || await FillAsync(cancellation))
            Take(body, _end - _start);
        return (body.ToArray(), false);
    }

    private async Task CopyAsync(MemoryStream body, long length, CancellationToken cancellation)
    {
        while (length > 0)
        {
            if (_start == _end && !await FillAsync(cancellation))
                throw new IOException("the answer was cut short");
            var count = (int)Math.Min(length, _end - _start);
            Take(body, count);
            length -= count;
        }
    }

    private void Take(MemoryStream body, int count)
    {
        if (body.Length + count > maxBody)
            throw new IOException($"the answer has more than {(maxBody < 1 << 20 ? $"{maxBody >> 10} KiB" : $"{maxBody >> 20} MiB")}");
        body.Write(_buffer, _start, count);
        _start += count;
    }

    private async Task<string> ReadHeadAsync(CancellationToken cancellation)
    {
        var head = new StringBuilder();
        while (true)
        {
            var line = await ReadLineAsync(cancellation);
            if (line.Length == 0)
                return head.ToString();
            head.Append(head.Length > 0 ? "\r\n" : "").Append(line);
            if (head.Length > MaxHead)
                throw new IOException("the answer has too many headers");
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                // Any byte above ASCII is allowed (RFC 9110 section 5.5) and means nothing to us: in Latin-1 none is an error.
                var line = Encoding.Latin1.GetString(_buffer, _start, length).TrimEnd('\r');
                _start += length + 1;
                return line;
            }
            if (_end - _start > MaxHead)
                throw new IOException("the answer has a line that does not end");
            if (!await FillAsync(cancellation))
                throw new IOException("the connection ended without an answer");
        }
    }

    /// <summary>Reads more bytes into the buffer, after those already there.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (_start == _end)
            _start = _end = 0;
        else if (_end == _buffer.Length && _start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
            Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellation);
        _end += count;
        return count > 0;
    }
}
