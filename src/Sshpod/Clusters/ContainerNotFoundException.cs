using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>
/// The node cannot find a container that is running according to the API server: it has just ended, or the node still has the previous pod
/// of that name (seen with a pod that was replaced).
/// </summary>
/// <param name="container">The container.</param>
public sealed class ContainerNotFoundException(PodContainer container)
    : SshpodException($"{container} is not running", "connect again when it has started");
