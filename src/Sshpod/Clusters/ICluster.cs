using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>
/// What sshpod asks of a Kubernetes cluster, in the context it was made for. All methods throw <see cref="SshpodException"/> for what the
/// user can act on: unreachable, forbidden, not found.
/// </summary>
public interface ICluster : IClusterObjects, IClusterStreams;

/// <summary>
/// What is read of a cluster. A namespace of null is the one set on the context, then <c>default</c>; the objects that come back say which
/// it was.
/// </summary>
public interface IClusterObjects
{
    /// <summary>Context of the kubeconfig; null for the current one.</summary>
    string? Context { get; }

    /// <summary>URL of the API server; null when the kubeconfig names none. With the context it tells one cluster from another.</summary>
    Uri? Server { get; }

    /// <summary>Reads one object.</summary>
    Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation);

    /// <summary>
    /// Lists the pods that carry the labels, and the ReplicaSets too where asked: they stand between a Deployment and its pods.
    /// </summary>
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
}

/// <summary>The byte streams that lead into a cluster's pods.</summary>
public interface IClusterStreams
{
    /// <summary>
    /// Starts a command in a container, without a terminal: what is written is its stdin, what is read its stdout. The end of its stdout
    /// proves nothing: the tail may be lost (kubernetes#60140). Disposing ends the stream; the command itself must end on EOF of its stdin
    /// (kubernetes#89031).
    /// </summary>
    /// <param name="container">Where it runs.</param>
    /// <param name="command">Program and arguments. They travel in a URL and stand in audit logs: nothing secret, nothing long.</param>
    /// <param name="cancellation">Ends the attempt to start it.</param>
    Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation);

    /// <summary>Connects to a port on the loopback interface of the container's pod.</summary>
    Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation);
}
