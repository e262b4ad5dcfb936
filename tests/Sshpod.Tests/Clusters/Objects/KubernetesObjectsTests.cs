using System.Text;
using System.Text.Json;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters.Objects;

public class KubernetesObjectsTests
{
    // Everything that a 200 is read as, from either transport.
    private static readonly Dictionary<string, Func<byte[], object>> Readers = new()
    {
        ["pod"] = json => KubernetesJson.Read(json, KubernetesJson.Default.Pod),
        ["workload"] = json => KubernetesJson.Read(json, KubernetesJson.Default.Workload),
        ["cronjob"] = json => KubernetesJson.Read(json, KubernetesJson.Default.CronJob),
        ["service"] = json => KubernetesJson.Read(json, KubernetesJson.Default.Service),
        ["kubectl's list"] = json => KubernetesJson.Read(json, KubernetesJson.Default.ObjectList),
        ["pods"] = json => KubernetesJson.Read(json, ApiJson.Default.ItemListPod),
        ["workloads"] = json => KubernetesJson.Read(json, ApiJson.Default.ItemListWorkload),
        ["names"] = json => KubernetesJson.Read(json, ApiJson.Default.ItemListNamedObject),
        ["right"] = json => KubernetesJson.Read(json, KubernetesJson.Default.AccessAnswer),
        ["version"] = json => KubernetesJson.Read(json, KubernetesJson.Default.VersionInfo),
    };

    private static readonly string[] WithoutAnything =
    [
        "{}",
        """{"metadata":null,"items":[{"kind":"Pod","metadata":null}],"status":null,"gitVersion":null}""",
        """{"metadata":{},"items":[{}],"status":{}}""",
        """{"items":[null]}""",
        """{"items":{}}""",
    ];

    public static TheoryData<string> Kinds => [.. Readers.Keys];

    [Theory]
    [InlineData("null")]
    [InlineData("""{"metadata":{"name":"x","ownerReferences":[null]},"spec":{},"status":{}}""")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{"containers":[{"name":"a"},null]},"status":{}}""")]
    [InlineData("{\"metadata\":{\"name\":\"x\"},\"spec\":{\"volumes\": null,\"containers\":[ \t\r\n null]},\"status\":{}}")]
    [InlineData("""{"metadata":{"name":"a:null"},"spec":{"containers":[{"name":":null,"},null]},"status":{}}""")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{"containers":[{}]},"status":{}}""")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{"volumes":[{"emptyDir":{}}]},"status":{}}""")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{},"status":{"conditions":[{"type":"Ready"}]}}""")]
    [InlineData("""{"metadata":{"name":null},"spec":{},"status":{}}""")]
    [InlineData("""{"metadata":{"name":"x"},"spec":null,"status":{}}""")]
    [InlineData("""{"metadata":{"name":"x"},"status":{}}""")]
    [InlineData("{")]
    public void An_answer_with_nothing_where_an_object_should_be_is_refused(string json) => Refuses("pod", json);

    [Theory, MemberData(nameof(Kinds))]
    public void Whatever_was_asked_for_an_answer_without_it_is_refused(string kind)
    {
        foreach (var json in WithoutAnything)
            Refuses(kind, json);
    }

    [Fact]
    public void A_field_without_a_value_is_one_that_is_not_there()
    {
        var pod = KubernetesJson.Read("""{"metadata":{"name":"x","creationTimestamp":null},"spec":{"volumes":null},"status":{}}"""u8,
            KubernetesJson.Default.Pod);
        Assert.Equal("x", pod.Metadata.Name);
        Assert.Null(pod.Spec.Volumes);
        Assert.Null(KubernetesJson.Read("""{"kind":"PodList","metadata":{},"items":null}"""u8, ApiJson.Default.ItemListPod).Items);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"[null, null]","creationTimestamp": null},"spec":{},"status":{"message":"null"}}""")]
    [InlineData("{\"metadata\":{\"name\":\"[null, null]\",\"labels\":\n null},\"spec\":{\"hostIPC\" :\tnull},\"status\":{}}")]
    public void The_word_null_in_a_text_is_no_null(string json) =>
        Assert.Equal("[null, null]", KubernetesJson.Read(Encoding.UTF8.GetBytes(json), KubernetesJson.Default.Pod).Metadata.Name);

    [Theory]
    [InlineData("""{"kind":"PodList","metadata":{"resourceVersion":"5","continue":"a+/=","remainingItemCount":7},"items":[]}""", "a+/=")]
    [InlineData("""{"kind":"PodList","metadata":{"self":{"continue":"x"},"continue":""},"items":[]}""", "")]
    [InlineData("""{"kind":"PodList","metadata":{"resourceVersion":"5"},"items":[{"metadata":{"continue":"x"}}]}""", null)]
    [InlineData("""{"items":[],"metadata":{"continue":"behind"}}""", null)]
    [InlineData("""{"continue":"x","metadata":null}""", null)]
    [InlineData("""{"metadata":{"continue":5}}""", null)]
    [InlineData("""{"metadata":{"continue":"x""", null)]
    [InlineData("[]", null)]
    [InlineData("<html>", null)]
    [InlineData("", null)]
    public void The_token_for_the_next_page_is_found_before_the_objects_are_read(string list, string? token) =>
        Assert.Equal(token, ListMeta.FindContinue(Encoding.UTF8.GetBytes(list)));

    [Fact]
    public void A_namespace_is_in_no_namespace()
    {
        var list = KubernetesJson.Read("""
            {"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":{"resourceVersion":"5177"},"items":[
             {"metadata":{"name":"default","uid":"3ab7b2a5-2c7b-4a5b-b9d9-0c7a6c0d9a31","resourceVersion":"40",
              "creationTimestamp":"2026-11-27T10:00:00Z","labels":{"kubernetes.io/metadata.name":"default"}}}]}
            """u8, ApiJson.Default.ItemListNamedObject);
        Assert.Equal([("default", "")], list.Items!.Select(item => (item.Metadata.Name, item.Metadata.Namespace)));
    }

    // As API servers from 1.20 to 1.36 answer: without an empty group, and with metadata that has nothing in it.
    [Theory]
    [InlineData("\"allowed\":true,\"reason\":\"RBAC: allowed by ClusterRoleBinding \\\"cluster-admin\\\"\"", true)]
    [InlineData("\"allowed\":false", false)]
    [InlineData("\"allowed\":false,\"evaluationError\":\"role.rbac.authorization.k8s.io \\\"x\\\" not found\"", false)]
    public void A_review_comes_back_without_what_is_empty_in_the_question(string status, bool expected)
    {
        var answer = $$$"""
            {"kind":"SelfSubjectAccessReview","apiVersion":"authorization.k8s.io/v1","metadata":{"creationTimestamp":null,
             "managedFields":[{"manager":"sshpod","operation":"Update","apiVersion":"authorization.k8s.io/v1","fieldsType":"FieldsV1"}]},
             "spec":{"resourceAttributes":{"namespace":"app","verb":"create","resource":"pods","subresource":"exec"}},
             "status":{{{{status}}}}}
            """;
        Assert.Equal(expected, KubernetesJson.Read(Encoding.UTF8.GetBytes(answer), KubernetesJson.Default.AccessAnswer).Status.Allowed);
    }

    [Fact]
    public void A_pod_that_was_just_created_has_a_phase_and_nothing_else_in_its_status()
    {
        var pod = KubernetesJson.Read("""
            {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web-0","generateName":"web-","namespace":"app",
              "uid":"9f1c3f0e-7c4b-4f0e-8a77-0f8f0a9f9b10","resourceVersion":"1","creationTimestamp":"2026-11-27T10:00:00Z",
              "ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"web","uid":"u","controller":true,
               "blockOwnerDeletion":true}]},
             "spec":{"volumes":[{"name":"tmp","emptyDir":{}}],"containers":[{"name":"main","image":"busybox:1","resources":{},
              "volumeMounts":[{"name":"tmp","mountPath":"/tmp"}],"imagePullPolicy":"IfNotPresent"}],"restartPolicy":"Always",
              "securityContext":{},"schedulerName":"default-scheduler"},
             "status":{"phase":"Pending","qosClass":"BestEffort"}}
            """u8, KubernetesJson.Default.Pod);
        Assert.Equal(("Pending", "u", "/tmp"),
            (pod.Status.Phase, pod.Metadata.Controller?.Uid, pod.Spec.Containers![0].VolumeMounts![0].MountPath));
    }

    [Fact]
    public void A_list_of_kubectl_has_objects_of_several_kinds()
    {
        var list = KubernetesJson.Read("""
            {"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"","selfLink":""},"items":[
             {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","namespace":"app","uid":"1"},"spec":{"containers":[{"name":"main"}]},
              "status":{"phase":"Running"}},
             {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"b","namespace":"app","uid":"2"},
              "spec":{"replicas":1,"selector":{"matchLabels":{"app":"b"}}},"status":{"replicas":1,"conditions":[
               {"type":"ReplicaFailure","status":"True","lastTransitionTime":"2026-11-27T10:00:00Z"}]}}]}
            """u8, KubernetesJson.Default.ObjectList);
        Assert.Equal(["Pod a", "ReplicaSet b"], list.Items.Select(item => $"{item.Kind} {item.Metadata.Name}"));
        Assert.Empty(KubernetesJson.Read(
            """{"apiVersion":"v1","items":[],"kind":"List","metadata":{}}"""u8, KubernetesJson.Default.ObjectList).Items);
    }

    [Theory]
    [InlineData("""{"kind":"Service","metadata":{"name":"x","namespace":"app","uid":"1"},"spec":{"type":"ExternalName"},"status":{}}""")]
    [InlineData("""{"kind":"Service","metadata":{"name":"x","namespace":"app","uid":"1"}}""")]
    public void A_service_may_select_nothing(string json) =>
        Assert.Null(KubernetesJson.Read(Encoding.UTF8.GetBytes(json), KubernetesJson.Default.Service).Spec?.Selector);

    private static void Refuses(string kind, string json) =>
        Assert.ThrowsAny<JsonException>(() => Readers[kind](Encoding.UTF8.GetBytes(json)));
}
