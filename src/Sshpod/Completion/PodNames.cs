using Sshpod.HostNames;
using Sshpod.Listing;

namespace Sshpod.Completion;

/// <summary>What completion knows of a running container.</summary>
/// <param name="Pod">Its pod.</param>
/// <param name="Container">Its name.</param>
/// <param name="IsDefault">Whether the pod alone means it.</param>
public sealed record PodNames(string Pod, string Container, bool IsDefault)
{
    /// <summary>Takes it from the list.</summary>
    public static PodNames Of(ListedContainer container) => new(container.Pod, container.Container, container.IsDefault);

    /// <summary>Reads a line.</summary>
    /// <returns>Null for anything else, and for names that a host name cannot hold.</returns>
    public static PodNames? Parse(string line) =>
        line.Split('/') is [var pod, var container, var mark] && HostName.CanHold(HostName.Prefix(TargetKind.Pod), pod)
        && HostName.CanHold(HostName.Container, container)
            ? new PodNames(pod, container, mark == "default") : null;

    /// <summary>As a line: <c>POD/CONTAINER/default</c>, or without the last word.</summary>
    public override string ToString() => $"{Pod}/{Container}/{(IsDefault ? "default" : "")}";
}
