using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>
/// What sshpod asks of a Kubernetes cluster, in the context it was made for. A namespace of null is the one set on the context,
/// then <c>default</c>; the objects that come back say which it was.
/// All methods throw <see cref="SshpodException"/> for what the user can act on: unreachable, forbidden, not found.
/// </summary>
public interface ICluster
{
    /// <summary>Context of the kubeconfig; null for the current one.</summary>
    string? Context { get; }

    /// <summary>URL of the API server; null when the kubeconfig names none. With the context it tells one cluster from another.</summary>
    Uri? Server { get; }

    /// <summary>Reads one object.</summary>
    Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation);

    /// <summary>Lists the pods that carry the labels, and the ReplicaSets too where asked: they stand between a Deployment and its pods.</summary>
    Task<PodList> ListPodsAsync(string ns, LabelSelector selector, bool withReplicaSets, CancellationToken cancellation);

    /// <summary>Lists pods in pages, and keeps of each only what is asked for: there may be thousands.</summary>
    /// <param name="scope">Whose.</param>
    /// <param name="keep">What of a pod is kept.</param>
    /// <param name="cancellation">Ends it.</param>
    Task<IReadOnlyList<T>> ListPodsAsync<T>(PodScope scope, Func<Pod, IEnumerable<T>> keep, CancellationToken cancellation);

    /// <summary>Lists the names of the objects of one kind in a namespace, or in the cluster; for messages about a missing one.</summary>
    Task<IReadOnlyList<string>> ListNamesAsync<T>(Resource<T> resource, string? ns, CancellationToken cancellation);

    /// <summary>Asks whether this user may do something (SelfSubjectAccessReview), which every user may ask.</summary>
    Task<bool> MayAsync(Right right, CancellationToken cancellation);

    /// <summary>Asks for the version of Kubernetes, such as <c>v1.34.1</c>.</summary>
    Task<string> GetVersionAsync(CancellationToken cancellation);

    /// <summary>Starts a command in a container, with stdin and without a terminal.</summary>
    /// <param name="container">Where it runs.</param>
    /// <param name="command">Program and arguments. They travel in a URL and stand in audit logs: nothing secret, nothing long.</param>
    /// <param name="cancellation">Ends the attempt to start it.</param>
    Task<IExec> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation);

    /// <summary>Connects to a port on the loopback interface of the container's pod.</summary>
    Task<IPortForward> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation);
}

/// <summary>A command that runs in a container. Disposing ends the stream; the command itself must end on EOF of its stdin (kubernetes#89031).</summary>
public interface IExec : IAsyncDisposable
{
    /// <summary>The command's stdin; disposing it is the command's EOF where <see cref="CanCloseInput"/> says so.</summary>
    Stream Input { get; }

    /// <summary>
    /// Whether the command sees an EOF of its stdin before the whole stream ends: v4.channel.k8s.io has no such thing (KEP-4006).
    /// </summary>
    bool CanCloseInput { get; }

    /// <summary>The command's stdout. Its end proves nothing: the tail may be lost (kubernetes#60140).</summary>
    Stream Output { get; }

    /// <summary>Why the command's output ended: waits for its end and tells what the cluster or the command said.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    Task<SshpodException> ExplainEndAsync(CancellationToken cancellation);
}

/// <summary>One connection to a port in a pod.</summary>
public interface IPortForward : IAsyncDisposable
{
    /// <summary>The bytes, both ways.</summary>
    Stream Stream { get; }

    /// <summary>Tells the far side that no more bytes come; bytes from there still arrive.</summary>
    void CompleteWriting();

    /// <summary>What the cluster said when the connection ended without a reason of its own; null when it said nothing.</summary>
    /// <param name="cancellation">Ends the wait.</param>
    Task<SshpodException?> ExplainEndAsync(CancellationToken cancellation);
}
