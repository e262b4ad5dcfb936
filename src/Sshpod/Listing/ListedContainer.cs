using System.Text.Json.Serialization;
using Sshpod.Clusters.Objects;
using Sshpod.HostNames;
using Sshpod.Targets;

namespace Sshpod.Listing;

/// <summary>A running container, as <c>sshpod list</c> shows it.</summary>
/// <param name="Host">Its host name; null if its names, or the context's, cannot be written in one.</param>
/// <param name="Context">The context in which it was listed; null for the current one.</param>
/// <param name="Namespace">Namespace of its pod.</param>
/// <param name="Pod">Its pod.</param>
/// <param name="Container">Its name.</param>
/// <param name="IsDefault">Whether it is meant if a host name names only the pod.</param>
/// <param name="Workload">What its pod belongs to; null for none.</param>
/// <param name="Node">Where it runs; null if the cluster does not say.</param>
/// <param name="Created">When its pod was created.</param>
/// <param name="Image">Its image, as its pod names it.</param>
/// <param name="ServerIsInstalled">
/// Whether this client has installed a server in this very container and not removed it: the next connection uploads nothing. Servers of
/// other clients are unknown, and so is whether one is running: a server exits when it is idle.
/// </param>
/// <param name="HasShell">False if it is known to have none of its own; null if nothing is known: nobody looks.</param>
public sealed record ListedContainer(
    string? Host,
    string? Context,
    string Namespace,
    string Pod,
    string Container,
    bool IsDefault,
    PodOwner? Workload,
    string? Node,
    DateTimeOffset? Created,
    string? Image,
    bool ServerIsInstalled,
    bool? HasShell = null)
{
    internal static ListedContainer Of(Clusters.Objects.Pod pod, string? context, PodContainer container, string? image, bool isDefault,
        bool serverIsInstalled) => new(
        HostName.Write(new PodAddress(TargetKind.Pod, container.Pod, isDefault ? null : container.Container, container.Namespace, context)),
        context, container.Namespace, container.Pod, container.Container, isDefault,
        PodOwner.Of(pod), pod.Spec.NodeName, pod.Metadata.CreationTimestamp, image, serverIsInstalled,
        // Only such a container gets a helper.
        pod.Spec.EphemeralContainers?.Any(other => other.TargetContainerName == container.Container && HelperName.IsOne(other.Name)) == true
            ? false : null);
}

/// <summary>Serialization without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<ListedContainer>))]
internal sealed partial class ListJson : JsonSerializerContext;
