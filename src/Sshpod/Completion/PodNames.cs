using Sshpod.HostNames;
using Sshpod.Listing;

namespace Sshpod.Completion;

/// <summary>What completion knows about a running container.</summary>
/// <param name="Pod">Its pod.</param>
/// <param name="Container">Its name.</param>
/// <param name="IsDefault">Whether it is meant if only the pod is named.</param>
public sealed record PodNames(string Pod, string Container, bool IsDefault)
{
    /// <summary>Takes the names from a listed container.</summary>
    public static PodNames Of(ListedContainer container) => new(container.Pod, container.Container, container.IsDefault);

    /// <summary>Parses a line.</summary>
    /// <returns>Null for anything else, and for names that a host name cannot hold.</returns>
    public static PodNames? Parse(string line) =>
        line.Split('/') is [var pod, var container, var mark] && HostName.CanHold(HostName.Prefix(TargetKind.Pod), pod)
        && HostName.CanHold(HostName.Container, container)
            ? new PodNames(pod, container, mark == "default") : null;

    /// <summary>As a line: <c>POD/CONTAINER/default</c>, or without the last word.</summary>
    public override string ToString() => $"{Pod}/{Container}/{(IsDefault ? "default" : "")}";
}
