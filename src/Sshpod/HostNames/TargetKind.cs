namespace Sshpod.HostNames;

/// <summary>
/// What a host name can point at: a member is named as Kubernetes names the kind; in lower case, that is the prefix in the host name. The
/// rest of what sshpod knows about a kind is its row in <c>Targets/TargetTable.cs</c>.
/// </summary>
public enum TargetKind
{
    /// <summary>One pod, by its own name.</summary>
    Pod,

    /// <summary>A pod of a Deployment.</summary>
    Deployment,

    /// <summary>A pod of a StatefulSet.</summary>
    StatefulSet,

    /// <summary>A pod of a DaemonSet.</summary>
    DaemonSet,

    /// <summary>A pod of a ReplicaSet.</summary>
    ReplicaSet,

    /// <summary>A pod of a Job.</summary>
    Job,

    /// <summary>A pod of the newest active Job of a CronJob.</summary>
    CronJob,

    /// <summary>A pod that a Service selects.</summary>
    Service,
}
