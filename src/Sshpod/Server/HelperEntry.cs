using Sshpod.Clusters.Objects;
using Sshpod.Targets;

namespace Sshpod.Server;

/// <summary>A helper in a pod's record.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">What became of it; null if the node has not said anything yet.</param>
internal sealed record HelperEntry(string Name, ContainerStatus? Status)
{
    /// <summary>Whether it runs.</summary>
    public bool IsRunning => Status?.State?.Running is not null;

    /// <summary>How it has ended; null if it has not.</summary>
    public ContainerStateDetail? Ended => Status?.State?.Terminated;

    /// <summary>Why it does not run and will not: it has ended, or what it waits for does not come; null if it runs or may.</summary>
    public ContainerStateDetail? Failed => Ended
        ?? (Status?.State?.Waiting is { } waiting && Startup.IsHopeless(waiting.Reason) ? waiting : null);

    /// <summary>What it is doing, for messages.</summary>
    public string State => (Failed ?? Status?.State?.Waiting) switch
    {
        { Reason: { Length: > 0 } reason, Message: { Length: > 0 } message } => $"{reason}: {message}",
        { Reason: { Length: > 0 } reason } => reason,
        _ => "the node has not started it",
    };

    /// <summary>
    /// The helpers that were added for this very container. One that runs may have another name: with a shared process namespace it
    /// outlives a restart.
    /// </summary>
    public static IReadOnlyList<HelperEntry> Of(Pod pod, PodContainer container)
    {
        var names = HelperName.All(container).ToHashSet();
        var statuses = (pod.Status.EphemeralContainerStatuses ?? []).ToLookup(status => status.Name);
        return [.. (pod.Spec.EphemeralContainers ?? [])
            .Where(entry => entry.TargetContainerName == container.Container && HelperName.IsOne(entry.Name))
            .Select(entry => new HelperEntry(entry.Name, statuses[entry.Name].FirstOrDefault()))
            .Where(entry => entry.IsRunning || names.Contains(entry.Name))];
    }

    /// <summary>Which one to use or wait for, or else under which name to add one; null if no more are added.</summary>
    /// <param name="entries">Those that are there.</param>
    /// <param name="container">The container.</param>
    /// <param name="useless">The name of one that the container cannot read.</param>
    public static string? Next(IReadOnlyList<HelperEntry> entries, PodContainer container, string? useless = null) =>
        entries.FirstOrDefault(entry => entry.IsRunning && entry.Name != useless)?.Name
        ?? HelperName.All(container).FirstOrDefault(name => name != useless
            && entries.FirstOrDefault(entry => entry.Name == name)?.Failed is null);
}
