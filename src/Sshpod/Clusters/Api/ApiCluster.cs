using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api;

/// <summary>The <c>api</c> transport: straight to the API server, over HTTPS, and WebSocket or SPDY for streams.</summary>
/// <param name="configuration">The API server, and our identity there.</param>
/// <param name="order">The ways for streams; null for the usual ones.</param>
/// <param name="remembers">Whether what worked is remembered for the next process.</param>
internal sealed class ApiCluster(ApiConfiguration configuration, StreamOrder? order = null, bool remembers = false)
    : IClusterObjects, IClusterStreams, IAsyncDisposable
{
    private static readonly CacheFolder<string> Memories = CacheFile.Texts("streams", ClusterLimits.StreamWayBelieved);

    private readonly ApiClient _client = new(configuration);

    // The rights to them differ.
    // Chosen when it is known how far the API server is.
    private Ways<StreamWay>? _execs, _portForwards;

    /// <inheritdoc/>
    public string? Context => configuration.Context;

    /// <inheritdoc/>
    public Uri? Server => configuration.Server.Url;

    /// <summary>The way that the last stream took; null before the first.</summary>
    public StreamWay? LastWay { get; private set; }

    /// <inheritdoc/>
    public async Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation)
    {
        ns ??= configuration.Namespace;
        var asked = GetAsync(resource, ns, $"/{Escape(name)}", ApiClient.Json, cancellation);
        // Made while the answer is under way.
        var json = resource.Reading();
        var response = await asked;
        if (response.Status == 200)
            return Read(response, json);
        var failure = _client.Failure(response, Asked("get", resource, ns, name));
        throw failure.IsNotFound($"{resource}", "namespaces")
            ? await new MissingObject(this).ExplainAsync(resource, ns, name, cancellation) : failure;
    }

    /// <inheritdoc/>
    public async Task<PodList> ListPodsAsync(string ns, LabelSelector selector, bool withReplicaSets, CancellationToken cancellation)
    {
        var query = $"?labelSelector={Escape(selector.ToString())}";
        var sets = withReplicaSets
            ? ListAsync(Resources.ReplicaSets, ns, query, ApiClient.MetadataOnly, ApiJson.Default.ItemListWorkload, cancellation)
            : Task.FromResult<IReadOnlyList<Workload>>([]);
        var pods = ListAsync(Resources.Pods, ns, query, ApiClient.Json, ApiJson.Default.ItemListPod, cancellation);
        await Task.WhenAll(pods, sets);
        return new PodList(await pods, await sets);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<T>> ListPodsAsync<T>(PodScope scope, Func<Pod, IEnumerable<T>> keep, CancellationToken cancellation)
    {
        var ns = scope.IsEverywhere ? null : scope.Namespace ?? configuration.Namespace;
        // The continue token expires after a few minutes: start over once, then, as client-go does, ask for the whole list at once.
        return await PagesAsync(PodScope.PageSize) ?? await PagesAsync(PodScope.PageSize) ?? await PagesAsync(null)
            ?? throw new ClusterException(
                $"the API server of {ClusterException.Describe(Context)} dropped the list of pods while it was read", "name one namespace");

        // Null when the continue token has expired.
        async Task<List<T>?> PagesAsync(int? size)
        {
            List<T> kept = [];
            for (var asked = PageAsync(size, ""); ;)
            {
                var response = await asked;
                if (response.Status == 410)
                    return null;
                if (response.Status != 200)
                    throw _client.Failure(response, Asked("list", Resources.Pods, ns));
                // The API server works on the next page while we read this one.
                var next = ListMeta.FindContinue(response.Body);
                var ahead = next is { Length: > 0 } ? PageAsync(size, next) : null;
                var page = Read(response, ApiJson.Default.ItemListPod);
                foreach (var pod in page.Items ?? [])
                    kept.AddRange(keep(pod));
                if (page.Metadata?.Continue is not { Length: > 0 } more)
                    return kept;
                asked = ahead is not null && more == next ? ahead : PageAsync(size, more);
            }
        }

        Task<HttpResponse> PageAsync(int? size, string next) => GetAsync(Resources.Pods, ns,
            size is null ? "" : $"?limit={size}{(next.Length == 0 ? "" : $"&continue={Escape(next)}")}", ApiClient.Json, cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListNamesAsync(Resource resource, string? ns, CancellationToken cancellation) =>
        [.. (await ListAsync(resource, ns, "", ApiClient.MetadataOnly, ApiJson.Default.ItemListNamedObject, cancellation)).Select(
            item => item.Metadata.Name)];

    /// <inheritdoc/>
    public async Task<bool> MayAsync(Right right, CancellationToken cancellation)
    {
        var response = await _client.PostAsync(Right.ReviewPath,
            JsonSerializer.SerializeToUtf8Bytes(right.Review(), KubernetesJson.Default.SelfSubjectAccessReview), cancellation);
        return response.Status is 200 or 201
            ? Read(response, KubernetesJson.Default.AccessAnswer).Status.Allowed
            : throw _client.Failure(response, new Right("create", "selfsubjectaccessreviews", null, "", "authorization.k8s.io"));
    }

    /// <inheritdoc/>
    public async Task<EphemeralAnswer> AddEphemeralAsync(PodContainer pod, EphemeralRequest request, CancellationToken cancellation)
    {
        var response = await _client.PatchAsync(request.Path(pod), request.Patch(pod), cancellation);
        if (response.Status == 200)
            return request.Judge(Read(response, KubernetesJson.Default.EphemeralEcho));
        var status = ApiClient.ReadStatus(response);
        // Without details, it is not the pod that is missing.
        return response.Status == 404 && status?.Details?.Name is null or "" ? EphemeralAnswer.Ignored
            : throw EphemeralRefusedException.Explain(pod, status?.Reason, status?.Message ?? "")
                ?? (SshpodException)_client.Failure(response,
                    new Right("patch", "pods", EphemeralRequest.Subresource, pod.Namespace, Name: pod.Pod));
    }

    /// <inheritdoc/>
    public async Task<string> GetVersionAsync(CancellationToken cancellation)
    {
        var response = await _client.GetAsync("/version", ApiClient.Json, cancellation);
        return response.Status == 200 ? Read(response, KubernetesJson.Default.VersionInfo).GitVersion
            : throw _client.Failure(response, new Right("get", "/version", null, ""));
    }

    /// <summary>Gets the credentials for requests; this is when a credential plugin runs.</summary>
    /// <exception cref="SshpodException">No credentials can be obtained.</exception>
    public ValueTask<Credential> AuthenticateAsync(CancellationToken cancellation) => _client.AuthenticateAsync(cancellation);

    /// <inheritdoc/>
    public async Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var arguments = string.Concat(command.Select(argument => $"&command={EscapeShort(argument)}"));
        _execs ??= await WaysAsync("exec", order => order.Exec, cancellation);
        var channels = await OpenAsync(_execs, container,
            $"exec?container={Escape(container.Container)}&stdin=true&stdout=true&stderr=true{arguments}", SpdyStream.Exec, cancellation,
            command[0]);
        Log.Debug($"api: exec in {container}{(channels.CanCloseChannels ? "" : ", without half-close")}");
        return new ApiExec(channels, container, configuration.Context, command[0]);
    }

    /// <inheritdoc/>
    public async Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation)
    {
        _portForwards ??= await WaysAsync("port-forward", order => order.PortForward, cancellation);
        return new ApiPortForward(
            await OpenAsync(_portForwards, container, $"portforward?ports={port}", SpdyStream.PortForward(port), cancellation), container);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static Right Asked(string verb, Resource resource, string? ns, string? name = null) =>
        resource.Right(verb, ns ?? "", name);

    private static string Escape(string text) => Uri.EscapeDataString(text);

    // Blanks become "+", as in kubectl: a script has many, and proxies limit URLs to 8 KB.
    private static string EscapeShort(string text) => Escape(text).Replace("%20", "+", StringComparison.Ordinal);

    private async Task<Ways<StreamWay>> WaysAsync(
        string stream, Func<StreamOrder, IReadOnlyList<StreamWay>> ways, CancellationToken cancellation) =>
        new(stream, ways((order ?? StreamOrder.Usual).At(await _client.DistanceAsync(cancellation))), !remembers ? null
            : new(Memories.About(stream, configuration.Context, $"{configuration.Server.Url}"), ClusterLimits.StreamWayBelieved));

    private Task<Channels> OpenAsync(Ways<StreamWay> ways, PodContainer container, string what, IReadOnlyList<SpdyStream> streams,
        CancellationToken cancellation, string? program = null)
    {
        var path = $"/api/v1/namespaces/{Escape(container.Namespace)}/pods/{Escape(container.Pod)}/{what}";
        // Before Kubernetes 1.35 a WebSocket needed only `get`; since then it needs `create` too, and the error does not say so.
        var asked = new Right("create", "pods", what.Split('?')[0], container.Namespace, Name: container.Pod);
        return ways.FirstAsync((way, _) => TryAsync(way),
            e => e is UpgradeRefusedException { MayAnotherPass: true }, e => e is UpgradeRefusedException { IsLasting: true },
            // Whoever explains why no way would help has got an answer.
            isFinal: e => e is not ClusterException);

        async Task<Channels> TryAsync(StreamWay way)
        {
            Log.Debug($"api: {way}");
            try
            {
                var channels = await _client.OpenAsync(way, path, streams, asked, cancellation);
                LastWay = way;
                return channels;
            }
            catch (UpgradeRefusedException e) when (ExecFailure.Explain(container, e.Message, program: program) is { } failure)
            {
                throw failure;
            }
        }
    }

    private async Task<IReadOnlyList<TItem>> ListAsync<TItem>(
        Resource resource, string? ns, string query, string accept, JsonTypeInfo<ItemList<TItem>> json, CancellationToken cancellation)
    {
        var response = await GetAsync(resource, ns, query, accept, cancellation);
        return response.Status == 200 ? Read(response, json).Items ?? [] : throw _client.Failure(response, Asked("list", resource, ns));
    }

    private async Task<HttpResponse> GetAsync(Resource resource, string? ns, string rest, string accept, CancellationToken cancellation)
    {
        HttpResponse? response = null;
        foreach (var version in resource.Versions)
        {
            var group = resource.Group.Length == 0 ? $"/api/{version}" : $"/apis/{resource.Group}/{version}";
            response = await _client.GetAsync($"{group}{(ns is null ? "" : $"/namespaces/{Escape(ns)}")}/{resource.Plural}{rest}",
                accept, cancellation);
            // Without details, what is missing is not the object but the API version.
            if (response.Status != 404 || ApiClient.ReadStatus(response)?.Details?.Name is not (null or ""))
                break;
        }
        return response!;
    }

    private T Read<T>(HttpResponse response, JsonTypeInfo<T> json)
    {
        try
        {
            return KubernetesJson.Read(response.Body, json);
        }
        catch (JsonException e)
        {
            throw new SshpodException(
                $"API server {configuration.Server} of {ClusterException.Describe(configuration.Context)} answers with something other "
                + $"than the object: {e.Message}",
                "check the address in the kubeconfig, and your proxy");
        }
    }
}
