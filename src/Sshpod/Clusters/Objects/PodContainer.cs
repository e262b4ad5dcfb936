namespace Sshpod.Clusters.Objects;

/// <summary>One running container of one pod: what an address resolved to.</summary>
/// <param name="Namespace">Namespace of the pod.</param>
/// <param name="Pod">Name of the pod.</param>
/// <param name="PodUid">UID of the pod: another pod of the same name has another.</param>
/// <param name="Container">Name of the container.</param>
/// <param name="ContainerId">The runtime's ID without its scheme: hexadecimal digits; a restarted container has another.</param>
/// <param name="PodIsRunning">Whether the pod's phase is Running; it is Pending while an init container runs.</param>
/// <param name="HostNetwork">Whether the pod's network is its node's.</param>
/// <param name="RuntimeClass">The pod's runtime class; null for the node's own runtime.</param>
/// <param name="Places">Its volumes, and who else can write to them; null where nothing is known of them. A server that is remembered from
/// before they changed, by an ephemeral container, is not this container's any more.</param>
public sealed record PodContainer(string Namespace, string Pod, string PodUid, string Container, string ContainerId,
    bool PodIsRunning = true,
    bool HostNetwork = false, string? RuntimeClass = null, Places? Places = null)
{
    /// <summary>How messages name it.</summary>
    public override string ToString() => $"container \"{Container}\" of pod \"{Pod}\" in namespace \"{Namespace}\"";
}
