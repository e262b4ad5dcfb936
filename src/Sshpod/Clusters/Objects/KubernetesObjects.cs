using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Sshpod.Clusters.Objects;

// The parts of Kubernetes API objects that sshpod reads, named as in the API reference. What a server may omit is null or empty. An answer
// that lacks what it may not omit is refused.

/// <summary>A Pod (core/v1).</summary>
public sealed record Pod(ObjectMeta Metadata, PodSpec Spec, PodStatus Status);

/// <summary>Any object that owns the pods it selects: Deployment, StatefulSet, DaemonSet, ReplicaSet, Job.</summary>
public sealed record Workload(ObjectMeta Metadata, WorkloadSpec? Spec = null, WorkloadStatus? Status = null);

/// <summary>A CronJob (batch/v1).</summary>
public sealed record CronJob(ObjectMeta Metadata, CronJobStatus? Status = null);

/// <summary>CronJobStatus (batch/v1).</summary>
public sealed record CronJobStatus(IReadOnlyList<ObjectReference>? Active = null);

/// <summary>ObjectReference (core/v1).</summary>
public sealed record ObjectReference(string Name);

/// <summary>A Service (core/v1).</summary>
public sealed record Service(ObjectMeta Metadata, ServiceSpec? Spec = null);

/// <summary>ServiceSpec (core/v1).</summary>
public sealed record ServiceSpec(IReadOnlyDictionary<string, string>? Selector = null);

/// <summary>The pods of one namespace, or of all.</summary>
/// <param name="Namespace">The namespace; null for the one set on the context.</param>
/// <param name="IsEverywhere">Whether all namespaces are meant.</param>
public sealed record PodScope(string? Namespace, bool IsEverywhere = false)
{
    /// <summary>How many pods to request at once, as kubectl does.</summary>
    public const int PageSize = 500;
}

/// <summary>What one list call returned.</summary>
/// <param name="Pods">The pods with the labels.</param>
/// <param name="ReplicaSets">The ReplicaSets with the labels, if requested.</param>
public sealed record PodList(IReadOnlyList<Pod> Pods, IReadOnlyList<Workload> ReplicaSets);

/// <summary>ObjectMeta (meta/v1).</summary>
public sealed record ObjectMeta(
    string Name,
    // Namespaces are in none.
    string Namespace = "",
    string Uid = "",
    DateTimeOffset? CreationTimestamp = null,
    DateTimeOffset? DeletionTimestamp = null,
    IReadOnlyDictionary<string, string>? Annotations = null,
    IReadOnlyList<OwnerReference>? OwnerReferences = null,
    IReadOnlyDictionary<string, string>? Labels = null)
{
    /// <summary>The owner that controls it, of which the API server allows one; null if none does.</summary>
    [JsonIgnore]
    public OwnerReference? Controller => OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);
}

/// <summary>OwnerReference (meta/v1).</summary>
public sealed record OwnerReference(string Uid, bool? Controller = null, string? Kind = null, string? Name = null);

/// <summary>What we read of a workload's spec: how many pods there should be, and whether a job is suspended.</summary>
public sealed record WorkloadSpec(LabelSelector? Selector = null, int? Replicas = null, bool? Suspend = null);

/// <summary>What we read of a workload's status. A generation of null or 0 means that the controller has not seen it yet.</summary>
public sealed record WorkloadStatus(IReadOnlyList<PodCondition>? Conditions = null, int? DesiredNumberScheduled = null,
    long? ObservedGeneration = null);

/// <summary>LabelSelector (meta/v1).</summary>
public sealed record LabelSelector(
    IReadOnlyDictionary<string, string>? MatchLabels = null,
    IReadOnlyList<LabelSelectorRequirement>? MatchExpressions = null)
{
    /// <summary>The selector in the syntax of the <c>labelSelector</c> parameter of a list call.</summary>
    public override string ToString()
    {
        var labels = (MatchLabels ?? new Dictionary<string, string>()).Select(label => $"{label.Key}={label.Value}");
        var expressions = (MatchExpressions ?? []).Select(requirement => requirement.ToString());
        return string.Join(',', labels.Concat(expressions));
    }
}

/// <summary>LabelSelectorRequirement (meta/v1).</summary>
public sealed record LabelSelectorRequirement(string Key, string Operator, IReadOnlyList<string>? Values = null)
{
    /// <summary>The requirement in the syntax of the <c>labelSelector</c> parameter of a list call.</summary>
    public override string ToString() => Operator switch
    {
        "In" => $"{Key} in ({string.Join(',', Values ?? [])})",
        "NotIn" => $"{Key} notin ({string.Join(',', Values ?? [])})",
        "DoesNotExist" => $"!{Key}",
        _ => Key,
    };
}

/// <summary>PodSpec (core/v1).</summary>
public sealed record PodSpec(
    IReadOnlyList<Container>? Containers = null,
    IReadOnlyList<Container>? InitContainers = null,
    IReadOnlyList<Container>? EphemeralContainers = null,
    bool? HostNetwork = null,
    string? RuntimeClassName = null,
    string? RestartPolicy = null,
    string? NodeName = null,
    IReadOnlyList<Volume>? Volumes = null,
    SecurityContext? SecurityContext = null,
    bool? HostIPC = null,
    bool? ShareProcessNamespace = null,
    bool? HostPID = null);

/// <summary>Container (core/v1).</summary>
public sealed record Container(
    string Name,
    string? Image = null,
    IReadOnlyList<VolumeMount>? VolumeMounts = null,
    SecurityContext? SecurityContext = null,
    string? RestartPolicy = null,
    ResourceRequirements? Resources = null,
    string? TargetContainerName = null);

/// <summary>ResourceRequirements (core/v1): quantities, see <see cref="Quantity"/>.</summary>
public sealed record ResourceRequirements(IReadOnlyDictionary<string, string>? Limits = null);

/// <summary>PodSecurityContext and SecurityContext (core/v1): a container's own wins.</summary>
public sealed record SecurityContext(long? RunAsUser = null, long? RunAsGroup = null, bool? RunAsNonRoot = null);

/// <summary>VolumeMount (core/v1).</summary>
public sealed record VolumeMount(string Name, string MountPath);

/// <summary>Volume (core/v1): one of its sources is set; sources that we do not read are outside the pod.</summary>
public sealed record Volume(
    string Name,
    EmptyDirVolumeSource? EmptyDir = null,
    VolumeSource? Projected = null,
    VolumeSource? ConfigMap = null,
    VolumeSource? Secret = null,
    VolumeSource? DownwardAPI = null)
{
    /// <summary>
    /// Whether it lives and dies with its pod and no other pod can mount it. Not so for a generic ephemeral volume: its claim has a name.
    /// </summary>
    [JsonIgnore]
    public bool IsOfPod => EmptyDir is not null;

    /// <summary>Whether Kubernetes, and no container, writes its content.</summary>
    [JsonIgnore]
    public bool IsKubernetesOwn => Projected is not null || ConfigMap is not null || Secret is not null || DownwardAPI is not null;
}

/// <summary>EmptyDirVolumeSource (core/v1).</summary>
public sealed record EmptyDirVolumeSource(string? SizeLimit = null, string? Medium = null);

/// <summary>Any other source of a volume: it only matters whether it is set.</summary>
public sealed record VolumeSource;

/// <summary>PodStatus (core/v1).</summary>
public sealed record PodStatus(
    string? Phase = null,
    string? Reason = null,
    string? Message = null,
    IReadOnlyList<PodCondition>? Conditions = null,
    IReadOnlyList<ContainerStatus>? ContainerStatuses = null,
    IReadOnlyList<ContainerStatus>? InitContainerStatuses = null,
    IReadOnlyList<ContainerStatus>? EphemeralContainerStatuses = null);

/// <summary>PodCondition (core/v1).</summary>
public sealed record PodCondition(string Type, string Status, string? Reason = null, string? Message = null);

/// <summary>ContainerStatus (core/v1).</summary>
public sealed record ContainerStatus(string Name, [property: JsonPropertyName("containerID")]
    string? ContainerId = null, ContainerState? State = null, int? RestartCount = null, ContainerUser? User = null);

/// <summary>ContainerUser (core/v1, from Kubernetes 1.31 on): who a container was started as.</summary>
public sealed record ContainerUser(LinuxContainerUser? Linux = null);

/// <summary>LinuxContainerUser (core/v1).</summary>
public sealed record LinuxContainerUser(long Uid, long Gid);

/// <summary>ContainerState (core/v1): one of its members is set.</summary>
public sealed record ContainerState(ContainerStateRunning? Running = null, ContainerStateDetail? Waiting = null,
    ContainerStateDetail? Terminated = null);

/// <summary>ContainerStateRunning (core/v1).</summary>
public sealed record ContainerStateRunning;

/// <summary>Why a container is waiting or has terminated, and when it ran.</summary>
public sealed record ContainerStateDetail(string? Reason = null, string? Message = null, int? ExitCode = null,
    DateTimeOffset? StartedAt = null, DateTimeOffset? FinishedAt = null);

/// <summary>A list of objects of one or several kinds, as <c>kubectl get -o json</c> prints it.</summary>
public sealed record ObjectList(IReadOnlyList<ListedObject> Items);

/// <summary>One object of a list, distinguished by its kind.</summary>
public sealed record ListedObject(string Kind, ObjectMeta Metadata, PodSpec? Spec = null, PodStatus? Status = null);

/// <summary>What the API server returns for <c>/version</c>.</summary>
internal sealed record VersionInfo(string GitVersion);

/// <summary>Serializes the objects without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Pod))]
[JsonSerializable(typeof(Workload))]
[JsonSerializable(typeof(CronJob))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(ObjectList))]
[JsonSerializable(typeof(SelfSubjectAccessReview))]
[JsonSerializable(typeof(AccessAnswer))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(EphemeralPatch))]
[JsonSerializable(typeof(EphemeralContainers))]
[JsonSerializable(typeof(EphemeralContainer))]
[JsonSerializable(typeof(EphemeralEcho))]
[JsonSerializable(typeof(System.Text.Json.Nodes.JsonObject))]
internal sealed partial class KubernetesJson : JsonSerializerContext
{
    /// <summary>Reads an answer.</summary>
    /// <exception cref="JsonException">
    /// It is no such object, lacks what each such object has, or a list in it has a null, which the serializer does not check.
    /// </exception>
    public static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
    {
        if (MayHaveNullInList(json))
            RefuseNullInList(json);
        return JsonSerializer.Deserialize(json, type)!;
    }

    // A null that is the value of a field stands behind a colon, and the others are rare. To search is many times faster than to read each
    // token, and a list of pods has megabytes.
    private static bool MayHaveNullInList(ReadOnlySpan<byte> json)
    {
        const byte Colon = (byte)':';
        var word = "null"u8;
        for (int at; (at = json.IndexOf(word)) >= 0; json = json[(at + word.Length)..])
            if (json[..at].TrimEnd(" \t\r\n"u8) is not [.., Colon])
                return true;
        return false;
    }

    private static void RefuseNullInList(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        for (var last = JsonTokenType.None; reader.Read(); last = reader.TokenType)
            if (reader.TokenType == JsonTokenType.Null && last != JsonTokenType.PropertyName)
                throw new JsonException("null in a list");
    }
}
