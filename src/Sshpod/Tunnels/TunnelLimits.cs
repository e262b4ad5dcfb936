namespace Sshpod.Tunnels;

/// <summary>How long a tunnel waits for something.</summary>
internal static class TunnelLimits
{
    /// <summary>For the banner of a server that was just started.</summary>
    public static readonly TimeSpan Banner = TimeSpan.FromSeconds(5);

    /// <summary>For the reason why an exec ended: we may never learn it (rke2#10237).</summary>
    public static readonly TimeSpan ExecEnd = TimeSpan.FromSeconds(1);
}
