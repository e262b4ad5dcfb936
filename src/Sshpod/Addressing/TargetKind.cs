namespace Sshpod.Addressing;

/// <summary>What a host name can point at. The name in lower case is the prefix in the host name and kubectl's resource name.</summary>
public enum TargetKind
{
    /// <summary>One pod, by its own name.</summary>
    Pod,

    /// <summary>A pod of a Deployment.</summary>
    Deployment,

    /// <summary>A pod of a Job.</summary>
    Job,
}
