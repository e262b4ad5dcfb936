using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api;

/// <summary>
/// Sends requests to the API server. Connections are reused, and one may change its protocol: a single handshake is enough for a look-up
/// and the exec after it.
/// </summary>
/// <param name="configuration">The API server, and our identity there.</param>
internal sealed class ApiClient(ApiConfiguration configuration) : IAsyncDisposable
{
    /// <summary>Media type for complete objects.</summary>
    public const string Json = "application/json";

    /// <summary>Media type for lists with only the metadata (Kubernetes 1.15).</summary>
    public const string MetadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json";

    private const int MaxTries = 3;

    // The path of each of our requests begins with one of these.
    private static readonly string[] ApiPaths = ["/api/", "/apis/", "/version"];

    private readonly Dialer _dialer = new(configuration.Server, configuration.Context);
    private readonly Credentials _credentials = new(configuration);
    private readonly ConcurrentBag<HttpConnection> _idle = [];

    /// <summary>Sends a GET request.</summary>
    /// <param name="path">Path and query below the server's URL.</param>
    /// <param name="accept">The media type of the response.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <returns>The response, whatever its status.</returns>
    /// <exception cref="SshpodException">There was no response.</exception>
    public Task<HttpResponse> GetAsync(string path, string accept, CancellationToken cancellation) =>
        RequestAsync("GET", path, $"Accept: {accept}\r\n", default, cancellation);

    /// <summary>Sends a POST request. Retried when the server is busy or a connection breaks, so it must be idempotent.</summary>
    /// <returns>The response, whatever its status.</returns>
    public Task<HttpResponse> PostAsync(string path, ReadOnlyMemory<byte> json, CancellationToken cancellation) =>
        WriteAsync("POST", path, Json, json, cancellation);

    /// <summary>Sends a strategic merge patch, under the same conditions.</summary>
    public Task<HttpResponse> PatchAsync(string path, ReadOnlyMemory<byte> json, CancellationToken cancellation) =>
        WriteAsync("PATCH", path, "application/strategic-merge-patch+json", json, cancellation);

    /// <summary>How far the API server is. The connection that tells it is used by the next request.</summary>
    /// <exception cref="SshpodException">There is no connection.</exception>
    public async Task<TimeSpan> DistanceAsync(CancellationToken cancellation)
    {
        if (_dialer.Distance is null)
            _idle.Add(new HttpConnection(
                await _dialer.ConnectAsync((await _credentials.GetAsync(cancellation)).Certificate, cancellation)));
        return _dialer.Distance ?? TimeSpan.MaxValue;
    }

    /// <summary>Opens the streams of an exec or a port-forward.</summary>
    /// <param name="way">The protocol.</param>
    /// <param name="path">Path and query below the server's URL.</param>
    /// <param name="streams">The streams that SPDY opens, by channel.</param>
    /// <param name="asked">The right that the request needs.</param>
    /// <param name="cancellation">Cancels the attempt.</param>
    /// <exception cref="UpgradeRefusedException">The server, or something in between, refuses the protocol.</exception>
    public async Task<Channels> OpenAsync(
        StreamWay way, string path, IReadOnlyList<SpdyStream> streams, Right asked, CancellationToken cancellation)
    {
        var upgrade = way.Ask();
        var (connection, response) = await SendAsync(way.Method, path, upgrade.Headers, default, ClusterLimits.ApiUpgrade, cancellation);
        if (response.Status == 101 && upgrade.IsAccepted(response))
            return await OpenAsync(way, connection.Detach(), response, streams, cancellation);
        // The next way would pay for TCP and TLS again.
        await KeepAsync(connection);
        var reason = response.Status != 101 ? Failure(response, asked) : new ClusterException(
            $"the API server of {ClusterException.Describe(configuration.Context)} answers with a protocol that was not asked for", null);
        throw new UpgradeRefusedException(reason, response.Status);
    }

    private async Task<Channels> OpenAsync(
        StreamWay way, Stream connection, HttpResponse response, IReadOnlyList<SpdyStream> streams, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ClusterLimits.ApiRequest);
        try
        {
            return await way.OpenAsync(connection, response, streams, limit.Token);
        }
        catch (IOException e)
        {
            // Something on the way lets the request pass, and not what follows.
            throw new UpgradeRefusedException(
                ClusterException.CannotReach(configuration.Context, $"{configuration.Server}, {way}", e), response.Status);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UpgradeRefusedException(ClusterException.Unreachable($"{configuration.Server}", configuration.Context,
                $"no stream opened in {ClusterLimits.ApiRequest.TotalSeconds:0} s"), response.Status);
        }
    }

    /// <inheritdoc cref="ApiCluster.AuthenticateAsync"/>
    public ValueTask<Credential> AuthenticateAsync(CancellationToken cancellation) => _credentials.GetAsync(cancellation);

    /// <summary>Explains an unsuccessful response.</summary>
    /// <param name="response">The response.</param>
    /// <param name="asked">The right that the request needed.</param>
    public ClusterException Failure(HttpResponse response, Right asked)
    {
        if (response.Status / 100 == 3 && response.Header("Location") is { Length: > 0 } location)
            return ClusterException.Redirected(configuration.Context, RedirectTarget(location));
        var status = ReadStatus(response);
        if (status is null && response.Status == 403 && asked is { Subresource: not null }
            && response.Body.AsSpan().Trim(" \r\n"u8).SequenceEqual("Forbidden"u8))
            return ClusterException.ForbiddenByProxy(configuration.Context);
        var reason = response.Status switch { 401 => "Unauthorized", 403 => "Forbidden", var code => $"HTTP {code}" };
        return ClusterException.FromStatus(status?.Reason is { Length: > 0 } told ? told : reason,
            status?.Message ?? $"HTTP {response.Status} {Text(response)}".TrimEnd(), configuration.Context, asked,
            response.Status is 429 or 503 ? response.RetryAfter : null);
    }

    // The requested path is not part of the server's URL, and a query may be confidential.
    private string RedirectTarget(string location)
    {
        if (!Uri.TryCreate(configuration.Server.Url, location, out var target) || target.Host.Length == 0)
            return "nowhere";
        var path = target.AbsolutePath;
        var end = ApiPaths.Select(part => path.IndexOf(part, StringComparison.Ordinal)).Where(at => at >= 0)
            .DefaultIfEmpty(path.Length).Min();
        return $"{target.Scheme}://{Authority.HostHeader(target)}{path[..end].TrimEnd('/')}";
    }

    // A proxy's HTML page makes no sense as one line.
    private static string Text(HttpResponse response) =>
        response.Header("Content-Type").Contains("html", StringComparison.OrdinalIgnoreCase)
        || response.Body.AsSpan().TrimStart("\uFEFF \r\n\t"u8).StartsWith("<"u8)
            ? "" : Encoding.UTF8.GetString(response.Body.AsSpan(0, Math.Min(response.Body.Length, 200)));

    /// <summary>The Status in a response; null when there is none.</summary>
    public static ApiStatus? ReadStatus(HttpResponse response)
    {
        try
        {
            return response.Body.AsSpan().TrimStart(" \r\n\t"u8).StartsWith("{"u8)
                && JsonSerializer.Deserialize(response.Body, ApiJson.Default.ApiStatus) is { Kind: "Status" } status ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_idle.TryTake(out var connection))
            await connection.DisposeAsync();
        _credentials.Dispose();
    }

    private Task<HttpResponse> WriteAsync(string method, string path, string type, ReadOnlyMemory<byte> json, CancellationToken cancel) =>
        RequestAsync(method, path, $"Accept: {Json}\r\nContent-Type: {type}\r\nContent-Length: {json.Length}\r\n", json, cancel);

    private async Task<HttpResponse> RequestAsync(
        string method, string path, string headers, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (connection, response) = await SendAsync(method, path, headers, body, ClusterLimits.ApiRequest, cancellation);
            await KeepAsync(connection);
            // A busy server asks for this, and client-go does the same.
            if (attempt == MaxTries || response.Status is not 429 and < 500 || Pause(response) is not { } pause)
                return response;
            await Task.Delay(pause, cancellation);
        }
    }

    private ValueTask KeepAsync(HttpConnection connection)
    {
        if (!connection.CanBeReused)
            return connection.DisposeAsync();
        _idle.Add(connection);
        return ValueTask.CompletedTask;
    }

    private async Task<(HttpConnection Connection, HttpResponse Response)> SendAsync(
        string method, string path, string headers, ReadOnlyMemory<byte> body, TimeSpan patience, CancellationToken cancellation)
    {
        var credential = await _credentials.GetAsync(cancellation);
        var head = Head(method, path, headers, credential);
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var isReused = _idle.TryTake(out var connection);
            connection ??= new HttpConnection(await _dialer.ConnectAsync(credential.Certificate, cancellation));
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(patience);
            try
            {
                var response = await connection.SendAsync(head, body, limit.Token);
                Log.Debug(
                    $"api: {method} {path.Split('?')[0]}: {response.Status} in "
                    + $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms{(isReused ? "" : ", connection included")}");
                return (connection, response);
            }
            catch (IOException e)
            {
                await connection.DisposeAsync();
                // The server may have closed the idle connection.
                if (!isReused)
                    throw ClusterException.CannotReach(configuration.Context, $"{configuration.Server}", e);
            }
            catch (OperationCanceledException)
            {
                await connection.DisposeAsync();
                if (cancellation.IsCancellationRequested)
                    throw;
                throw ClusterException.Unreachable($"{configuration.Server}", configuration.Context,
                    $"no answer to a request in {patience.TotalSeconds:0} s");
            }
        }
    }

    private string Head(string method, string path, string headers, Credential credential)
    {
        var server = configuration.Server.Url;
        var head = new StringBuilder($"{method} {server.AbsolutePath.TrimEnd('/')}{path} HTTP/1.1\r\n")
            .Append("Host: ").Append(Authority.HostHeader(server)).Append("\r\n")
            .Append("User-Agent: sshpod\r\n").Append(headers);
        if (credential.Authorization is { } authorization)
            Append("Authorization", authorization);
        foreach (var (name, value) in configuration.User.Impersonation)
            Append(name, value);
        return head.ToString();

        // Wherever the value comes from, a line break would start another header.
        void Append(string name, string value) => head.Append(name).Append(": ")
            .Append(value.Any(char.IsControl) ? throw new SshpodException(
                "the credentials of the kubeconfig have a control character", "log in to the cluster again") : value).Append("\r\n");
    }

    private static TimeSpan? Pause(HttpResponse response) =>
        response.RetryAfter is { } pause && pause <= ClusterLimits.BusyPause ? pause : null;
}
