using System.Text.Json;

namespace Sshpod.Clusters.Objects;

/// <summary>EphemeralContainer (core/v1), as far as sshpod sets it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Image">Its image.</param>
/// <param name="TargetContainerName">The container whose processes it shares.</param>
/// <param name="Command">Its main process. Kubernetes reads <c>$$</c> as a dollar sign, and <c>$(NAME)</c> as a variable.</param>
/// <param name="SecurityContext">What it may do; null for the API before 1.23, which allows none.</param>
/// <param name="ImagePullPolicy">When its image is pulled.</param>
public sealed record EphemeralContainer(string Name, string Image, string TargetContainerName, IReadOnlyList<string> Command,
    EphemeralSecurityContext? SecurityContext = null, string ImagePullPolicy = "IfNotPresent");

/// <summary>SecurityContext (core/v1), as far as sshpod sets it.</summary>
/// <remarks>The last two are as restricted Pod Security asks for them.</remarks>
public sealed record EphemeralSecurityContext(long RunAsUser, long RunAsGroup, bool? RunAsNonRoot, Capabilities Capabilities)
{
    /// <summary>Whether a process may gain more than its parent has.</summary>
    public bool AllowPrivilegeEscalation { get; }

    /// <summary>The system calls that are left.</summary>
    public SeccompProfile SeccompProfile { get; } = new("RuntimeDefault");
}

/// <summary>Capabilities (core/v1).</summary>
public sealed record Capabilities(IReadOnlyList<string> Drop, IReadOnlyList<string>? Add = null);

/// <summary>SeccompProfile (core/v1).</summary>
public sealed record SeccompProfile(string Type);

/// <summary>A request to add an ephemeral container to a pod.</summary>
/// <param name="Container">The container.</param>
/// <param name="IsAlpha">Whether it takes the form of the API before 1.23.</param>
/// <param name="IsDryRun">Whether only to find out if it would be admitted.</param>
public sealed record EphemeralRequest(EphemeralContainer Container, bool IsAlpha = false, bool IsDryRun = false)
{
    /// <summary>The subresource of a pod.</summary>
    internal const string Subresource = "ephemeralcontainers";

    /// <summary>The path of the subresource, with the query that belongs to this request.</summary>
    internal string Path(PodContainer pod) =>
        $"/api/v1/namespaces/{Uri.EscapeDataString(pod.Namespace)}/pods/{Uri.EscapeDataString(pod.Pod)}/{Subresource}"
        + $"?fieldManager=sshpod{(IsDryRun ? "&dryRun=All" : "")}";

    /// <summary>The strategic merge patch. A pod of the same name that has come meanwhile has another UID, and refuses it.</summary>
    internal byte[] Patch(PodContainer pod) => IsAlpha
        ? JsonSerializer.SerializeToUtf8Bytes(
            new EphemeralContainers([Container], new(pod.PodUid)), KubernetesJson.Default.EphemeralContainers)
        : JsonSerializer.SerializeToUtf8Bytes(
            new EphemeralPatch(new(pod.PodUid), new([Container])), KubernetesJson.Default.EphemeralPatch);

    /// <summary>What the answer to it means: a server that expects the other form answers with success, and changes nothing.</summary>
    internal EphemeralAnswer Judge(EphemeralEcho echo) =>
        echo.Spec?.EphemeralContainers?.Any(IsOurs) == true || (IsAlpha && echo.EphemeralContainers?.Any(IsOurs) == true)
            ? EphemeralAnswer.Added
            : echo.Kind == "EphemeralContainers" && !IsAlpha ? EphemeralAnswer.IsAlpha : EphemeralAnswer.Ignored;

    private bool IsOurs(Container container) => container.Name == Container.Name;
}

/// <summary>What became of a request to add an ephemeral container.</summary>
public enum EphemeralAnswer
{
    /// <summary>It is in the pod's spec, or would be.</summary>
    Added,

    /// <summary>Nothing has changed: the API server is of before 1.23, and wants the form of then.</summary>
    IsAlpha,

    /// <summary>Nothing has changed: the API server knows no ephemeral containers.</summary>
    Ignored,
}

/// <summary>A strategic merge patch of a pod.</summary>
internal sealed record EphemeralPatch(PatchedPod Metadata, EphemeralContainers Spec);

/// <summary>Which pod a patch is for: that of this UID and no other.</summary>
internal sealed record PatchedPod(string Uid);

/// <summary>Part of a PodSpec; and the whole body before Kubernetes 1.23.</summary>
internal sealed record EphemeralContainers([property: System.Text.Json.Serialization.JsonPropertyName("ephemeralContainers")]
    IReadOnlyList<EphemeralContainer> Containers, PatchedPod? Metadata = null);

/// <summary>The answer: a pod, or before Kubernetes 1.23 an object of its own.</summary>
internal sealed record EphemeralEcho(string? Kind = null, PodSpec? Spec = null, IReadOnlyList<Container>? EphemeralContainers = null);
