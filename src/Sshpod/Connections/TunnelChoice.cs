using Sshpod.Clusters.Objects;
using Sshpod.Settings;

namespace Sshpod.Connections;

/// <summary>Which tunnels are tried.</summary>
public static class TunnelChoice
{
    /// <summary>The tunnels to try, the preferred one first.</summary>
    /// <param name="forced">What the user wants; null for whatever works.</param>
    /// <param name="container">The container to reach.</param>
    public static IReadOnlyList<TunnelKind> Order(TunnelKind? forced, PodContainer container) =>
        forced is { } only ? [only]
        : NeedsExec(container) ? [TunnelKind.Exec]
        : [TunnelKind.PortForward, TunnelKind.Exec];

    /// <summary>Whether a server that listens there is worth dialling.</summary>
    public static bool StartsWithPortForward(TunnelKind? forced, PodContainer container) =>
        Order(forced, container)[0] == TunnelKind.PortForward;

    // On the host's network the server's port would be open to every process on the node. Ports of a pod that is not Running cannot be
    // forwarded, and so neither can an init container's.
    private static bool NeedsExec(PodContainer container) => container.HostNetwork || !container.PodIsRunning;
}
