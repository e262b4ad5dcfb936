namespace Sshpod.Settings;

/// <summary>How the cluster may be reached.</summary>
public enum TransportKind
{
    /// <summary>By whichever supports the kubeconfig.</summary>
    Auto,

    /// <summary>By sshpod itself.</summary>
    Api,

    /// <summary>By the user's kubectl.</summary>
    Kubectl,
}
