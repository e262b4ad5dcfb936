namespace Sshpod.Clusters.Objects;

/// <summary>One running container of one pod: what an address resolved to.</summary>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
/// <param name="PodUid">UID of the pod: another pod of the same name has a different one.</param>
/// <param name="Container">Name of the container.</param>
/// <param name="ContainerId">The runtime's ID without its scheme, in hexadecimal; a restarted container has a different one.</param>
/// <param name="PodIsRunning">Whether the pod's phase is Running; it is Pending while an init container runs.</param>
/// <param name="HostNetwork">Whether the pod uses its node's network.</param>
/// <param name="RuntimeClass">The pod's runtime class; null for the node's default runtime.</param>
/// <param name="Places">Its volumes, and who else can write to them; null when unknown. A server remembered from before an ephemeral
/// container changed them no longer belongs to this container.</param>
/// <param name="Node">The pod's node, for messages; null when unknown.</param>
public sealed record PodContainer(string Namespace, string Pod, string PodUid, string Container, string ContainerId,
    bool PodIsRunning = true,
    bool HostNetwork = false, string? RuntimeClass = null, Places? Places = null, string? Node = null)
{
    /// <summary>Whether this is the same container, even if its pod has changed since.</summary>
    public bool Is(PodContainer other) => (PodUid, Container, ContainerId) == (other.PodUid, other.Container, other.ContainerId);

    /// <summary>The name used in messages.</summary>
    public override string ToString() => $"container \"{Container}\" of pod \"{Pod}\" in namespace \"{Namespace}\"";
}
