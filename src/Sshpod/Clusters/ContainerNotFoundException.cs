using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>
/// The node does not find a container that the API server says is running: it has ended just now, or the node still knows the pod that had
/// the name before (seen with a pod that was replaced).
/// </summary>
/// <param name="container">The container.</param>
public sealed class ContainerNotFoundException(PodContainer container)
    : SshpodException($"{container} is not running", "connect again when it has started");
