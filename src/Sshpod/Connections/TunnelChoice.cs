using Sshpod.Clusters.Objects;
using Sshpod.Settings;

namespace Sshpod.Connections;

/// <summary>Which tunnel is tried.</summary>
public static class TunnelChoice
{
    /// <summary>Whether the answer is the same every time for this container, and nothing about it can be learned.</summary>
    public static bool IsGiven(TunnelKind? forced, PodContainer container) => forced is not null || NeedsExec(container);

    /// <summary>The tunnels to try, the first that works is it.</summary>
    /// <param name="forced">What the user wants; null for whatever works.</param>
    /// <param name="container">Where to.</param>
    /// <param name="remembered">What worked last time for pods like this one; null when nothing is remembered.</param>
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

    // On the host's network the server's port would be open to every process of the node. No port of a pod that is not Running is
    // forwarded, and so none of an init container's.
    private static bool NeedsExec(PodContainer container) => container.HostNetwork || !container.PodIsRunning;
}
