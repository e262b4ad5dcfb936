using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>The <c>kubectl</c> transport: whatever the user's kubectl can reach, sshpod can.</summary>
/// <param name="context">Context of the kubeconfig; null for the current one.</param>
/// <param name="snapshot">The user's settings and kubeconfig.</param>
public sealed class KubectlCluster(string? context, Snapshot snapshot) : IClusterObjects, IClusterStreams
{
    private readonly NamedContext _named = new(context, snapshot);

    // Without it, each kubectl would look up the current context by itself, and two of one connection could find different ones.
    private readonly Lazy<string[]> _context = new(() =>
        (context ?? snapshot.Kubeconfig.UnderstoodCurrentContext()) is { } name ? ["--context", name] : []);

    /// <inheritdoc/>
    public string? Context => context;

    /// <inheritdoc/>
    public Uri? Server => Kubeconfig.Read(snapshot.Kubeconfig, context)?.Server;

    /// <inheritdoc/>
    public async Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation)
    {
        try
        {
            return await GetAsync(["get", $"{resource}", name, .. Namespace(ns)], resource.Reading(), cancellation);
        }
        catch (ClusterException e) when (e.IsNotFound($"{resource}", "namespaces"))
        {
            var where = ns ?? Kubeconfig.Read(snapshot.Kubeconfig, context)?.Namespace ?? "default";
            throw await new MissingObject(this).ExplainAsync(resource, where, name, cancellation);
        }
    }

    /// <inheritdoc/>
    public async Task<PodList> ListPodsAsync(string ns, LabelSelector selector, bool withReplicaSets, CancellationToken cancellation)
    {
        var list = await GetAsync(
            ["get", withReplicaSets ? "pods,replicasets.apps" : "pods", "--selector", selector.ToString(), .. Namespace(ns)],
            KubernetesJson.Default.ObjectList, cancellation);
        return new PodList([.. Pods(list)],
            [.. list.Items.Where(item => item.Kind == "ReplicaSet").Select(item => new Workload(item.Metadata))]);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<T>> ListPodsAsync<T>(PodScope scope, Func<Pod, IEnumerable<T>> keep, CancellationToken cancellation)
    {
        string[] where = scope.IsEverywhere ? ["--all-namespaces"] : Namespace(scope.Namespace);
        return [.. Pods(await ListAsync(PodScope.PageSize)).SelectMany(keep)];

        async Task<ObjectList> ListAsync(int size)
        {
            try
            {
                return await GetAsync(["get", "pods", $"--chunk-size={size}", .. where], KubernetesJson.Default.ObjectList, cancellation);
            }
            catch (ClusterException e) when (size > 0 && e.Message.Contains("(Expired)", StringComparison.Ordinal))
            {
                // The continue token expired between two pages.
                return await ListAsync(0);
            }
        }
    }

    /// <inheritdoc/>
    public async Task<bool> MayAsync(Right right, CancellationToken cancellation)
    {
        // Raw: `kubectl auth can-i` first asks the server for all its resources, and its exit code does not tell "no" from an error.
        string[] arguments = ["create", "--raw", Right.ReviewPath, "-f", "-"];
        var output = await RunAsync(arguments, cancellation,
            JsonSerializer.SerializeToUtf8Bytes(right.Review(), KubernetesJson.Default.SelfSubjectAccessReview));
        return Read(output, arguments, KubernetesJson.Default.AccessAnswer).Status.Allowed;
    }

    /// <inheritdoc/>
    public Task<EphemeralAnswer> AddEphemeralAsync(PodContainer pod, EphemeralRequest request, CancellationToken cancellation) =>
        new KubectlEphemeral((arguments, input) => TryAsync(arguments, input, cancellation), _named).AddAsync(pod, request);

    /// <inheritdoc/>
    public async Task<string> GetVersionAsync(CancellationToken cancellation)
    {
        string[] arguments = ["get", "--raw", "/version"];
        return Read(await RunAsync(arguments, cancellation), arguments, KubernetesJson.Default.VersionInfo).GitVersion;
    }

    /// <inheritdoc/>
    public Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var process = Start(["exec", "-i", container.Pod, "-n", container.Namespace, "-c", container.Container, "--", .. command],
            withInput: true, Timeout.InfiniteTimeSpan);
        return Task.FromResult<Duplex>(new KubectlExec(process, container, _named, command[0]));
    }

    /// <inheritdoc/>
    public async Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation)
    {
        // A random port on 127.0.0.1 ("localhost" would be two addresses), for this one connection.
        var process = Start(["port-forward", $"pod/{container.Pod}", "-n", container.Namespace, "--address", "127.0.0.1", $":{port}"],
            withInput: false, Timeout.InfiniteTimeSpan);
        return await KubectlPortForward.ConnectAsync(process, container, _named, cancellation);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListNamesAsync(Resource resource, string? ns, CancellationToken cancellation)
    {
        var output = await RunAsync(["get", $"{resource}", "-o", "name", .. Namespace(ns)], cancellation);
        return [.. System.Text.Encoding.UTF8.GetString(output).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line[(line.IndexOf('/') + 1)..])];
    }

    private static IEnumerable<Pod> Pods(ObjectList list) =>
        list.Items.Where(item => item is { Kind: "Pod", Spec: not null, Status: not null })
        .Select(item => new Pod(item.Metadata, item.Spec!, item.Status!));

    private static string[] Namespace(string? ns) => ns is null ? [] : ["-n", ns];

    private async Task<T> GetAsync<T>(string[] arguments, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        return Read(await RunAsync([.. arguments, "-o", "json"], cancellation), arguments, type);
    }

    private static T Read<T>(byte[] output, string[] arguments, JsonTypeInfo<T> type)
    {
        try
        {
            return KubernetesJson.Read(output, type);
        }
        catch (JsonException e)
        {
            throw new SshpodException(
                $"kubectl {string.Join(' ', arguments.Take(3))} answered with something other than the object: {e.Message}",
                "see what the same command prints with -o json");
        }
    }

    /// <summary>Runs kubectl to completion.</summary>
    /// <returns>Its stdout.</returns>
    private async Task<byte[]> RunAsync(string[] arguments, CancellationToken cancellation, byte[]? input = null)
    {
        var (output, errorText) = await TryAsync(arguments, input, cancellation);
        return errorText is null ? output : throw ClusterException.FromKubectl(errorText, _named);
    }

    // The second is null when it succeeds.
    private async Task<(byte[] Output, string? ErrorText)> TryAsync(string[] arguments, byte[]? input, CancellationToken cancellation)
    {
        await using var process = Start(arguments, withInput: input is not null, ClusterLimits.KubectlRequest);
        using var limit = process.LinkTo(cancellation);
        var reachability = Reachability.WatchAsync(_named, limit.Token);
        try
        {
            if (input is not null)
                await SendAsync(process, input, limit.Token);
            var run = FinishAsync(process, limit.Token);
            // An unreachable server ends the wait; kubectl itself would try for half a minute.
            if (await Task.WhenAny(run, reachability) == reachability && await reachability is { } unreachable)
                throw unreachable;
            var (exitCode, output, errorText) = await run;
            Log.Debug($"kubectl {string.Join(' ', arguments)}: exit {exitCode}");
            return (output, exitCode == 0 ? null : errorText);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new SshpodException(
                $"kubectl {string.Join(' ', arguments.Take(3))} gave no answer in {ClusterLimits.KubectlRequest.TotalSeconds:0} s",
                "check the network and the credential plugin of the kubeconfig");
        }
        finally
        {
            await limit.CancelAsync();
        }
    }

    // kubectl reads all of it before it writes anything.
    private static async Task SendAsync(KubectlProcess process, byte[] input, CancellationToken cancellation)
    {
        try
        {
            await using var stream = process.Input;
            await stream.WriteAsync(input, cancellation);
        }
        catch (IOException)
        {
            // kubectl has exited, and its stderr says why.
        }
    }

    private static async Task<(int ExitCode, byte[] Output, string ErrorText)> FinishAsync(
        KubectlProcess process, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        await process.Output.CopyToAsync(output, cancellation);
        var (exitCode, errorText) = await process.WaitAsync(cancellation);
        return (exitCode, output.ToArray(), errorText);
    }

    private KubectlProcess Start(string[] arguments, bool withInput, TimeSpan limit) =>
        KubectlProcess.Start([.. _context.Value, .. arguments], withInput, limit);
}
