using Sshpod.Clusters.Objects;
using Sshpod.Streams;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>
/// A Kubernetes cluster in one context. All methods of its two halves throw <see cref="SshpodException"/> for what the user can act on:
/// unreachable, forbidden, not found.
/// </summary>
/// <param name="Objects">What it says about its objects.</param>
/// <param name="Streams">The streams into its pods.</param>
public sealed record Cluster(IClusterObjects Objects, IClusterStreams Streams);

/// <summary>
/// Reads objects of a cluster. A null namespace means the one set on the context, else <c>default</c>; the returned objects say which.
/// </summary>
public interface IClusterObjects
{
    /// <summary>Context of the kubeconfig; null for the current one.</summary>
    string? Context { get; }

    /// <summary>URL of the API server; null when the kubeconfig has none. Together with the context it identifies the cluster.</summary>
    Uri? Server { get; }

    /// <summary>Reads one object.</summary>
    Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation);

    /// <summary>Lists the pods with the labels and, if requested, the ReplicaSets, which link a Deployment to its pods.</summary>
    Task<PodList> ListPodsAsync(string ns, LabelSelector selector, bool withReplicaSets, CancellationToken cancellation);

    /// <summary>Lists pods in pages, and keeps only the requested part of each: there may be thousands.</summary>
    /// <param name="scope">Which pods to list.</param>
    /// <param name="keep">Selects what to keep of a pod.</param>
    /// <param name="cancellation">Cancels the listing.</param>
    Task<IReadOnlyList<T>> ListPodsAsync<T>(PodScope scope, Func<Pod, IEnumerable<T>> keep, CancellationToken cancellation);

    /// <summary>Lists the names of the objects of one kind in a namespace, or in the cluster; for messages about a missing one.</summary>
    Task<IReadOnlyList<string>> ListNamesAsync(Resource resource, string? ns, CancellationToken cancellation);

    /// <summary>Asks whether this user may do something (SelfSubjectAccessReview), which every user may ask.</summary>
    Task<bool> MayAsync(Right right, CancellationToken cancellation);

    /// <summary>Adds an ephemeral container to a pod, where it stays until the pod is deleted. Adding it twice adds it once.</summary>
    /// <param name="pod">A container of the pod.</param>
    /// <param name="request">What to add.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="EphemeralRefusedException">The pod gets none; the message says why.</exception>
    Task<EphemeralAnswer> AddEphemeralAsync(PodContainer pod, EphemeralRequest request, CancellationToken cancellation);

    /// <summary>Gets the Kubernetes version, such as <c>v1.34.1</c>.</summary>
    Task<string> GetVersionAsync(CancellationToken cancellation);
}

/// <summary>The byte streams that lead into a cluster's pods.</summary>
public interface IClusterStreams
{
    /// <summary>
    /// Starts a command in a container, without a terminal: writes go to its stdin, reads come from its stdout. The end of its stdout
    /// proves nothing: the tail may be lost (kubernetes#60140). Disposing ends the stream; the command itself must exit on EOF of its stdin
    /// (kubernetes#89031).
    /// </summary>
    /// <param name="container">Where it runs.</param>
    /// <param name="command">Program and arguments. They are sent in a URL and appear in audit logs: nothing secret, nothing long.</param>
    /// <param name="cancellation">Cancels the attempt to start it.</param>
    Task<Duplex> ExecAsync(PodContainer container, IReadOnlyList<string> command, CancellationToken cancellation);

    /// <summary>Connects to a port on the loopback interface of the container's pod.</summary>
    Task<Duplex> PortForwardAsync(PodContainer container, int port, CancellationToken cancellation);
}
