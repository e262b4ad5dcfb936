using Sshpod.Clusters.Objects;
using Sshpod.Settings;

namespace Sshpod.Connections;

/// <summary>Which tunnels are tried.</summary>
public static class TunnelChoice
{
    /// <summary>Whether the choice is always the same for this container, so that there is nothing to learn.</summary>
    public static bool IsGiven(TunnelKind? forced, PodContainer container) => forced is not null || NeedsExec(container);

    /// <summary>The tunnels to try; the first that works is used.</summary>
    /// <param name="forced">What the user wants; null for whatever works.</param>
    /// <param name="container">The container to reach.</param>
    /// <param name="remembered">What worked last time for pods like this one; null if nothing is remembered.</param>
    public static IReadOnlyList<TunnelKind> Order(TunnelKind? forced, PodContainer container, TunnelKind? remembered) =>
        (forced, remembered) switch
        {
            ({ } only, _) => [only],
            _ when NeedsExec(container) => [TunnelKind.Exec],
            (_, TunnelKind.Exec) => [TunnelKind.Exec, TunnelKind.PortForward],
            _ => [TunnelKind.PortForward, TunnelKind.Exec],
        };

    /// <summary>Whether a server that listens there is worth dialling.</summary>
    public static bool StartsWithPortForward(TunnelKind? forced, PodContainer container) =>
        Order(forced, container, null)[0] == TunnelKind.PortForward;

    // On the host's network the server's port would be open to every process on the node. Ports of a pod that is not Running cannot be
    // forwarded, and so neither can an init container's.
    private static bool NeedsExec(PodContainer container) => container.HostNetwork || !container.PodIsRunning;
}
