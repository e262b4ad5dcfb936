namespace Sshpod.Settings;

/// <summary>The ways to carry bytes between ssh and the server.</summary>
public enum TunnelKind
{
    /// <summary>A port-forward to a server that listens on the pod's loopback interface.</summary>
    PortForward,

    /// <summary>An exec whose stream is the connection: nothing listens, and one permission fewer is needed.</summary>
    Exec,
}
