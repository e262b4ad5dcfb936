namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// A pod in which the server cannot be in <c>/dev/shm</c>. Whether that allows execution depends on the container runtime, so a test that
/// leaves no place says so itself.
/// </summary>
public static class NoSharedMemory
{
    /// <summary>One of the container's volume mounts, in YAML flow style.</summary>
    public const string Mount = "{name: shm, mountPath: /dev/shm, readOnly: true}";

    /// <summary>The volume of the pod.</summary>
    public const string Volume = "{name: shm, emptyDir: {}}";

    /// <summary>All volume mounts of a container that has no other.</summary>
    public const string Mounts = $"volumeMounts: [{Mount}]";

    /// <summary>All volumes of a pod that has no other.</summary>
    public const string Volumes = $"volumes: [{Volume}]";
}
