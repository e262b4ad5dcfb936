using System.Text;
using System.Text.Json;
using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters.Objects;

public class KubernetesObjectsTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("""{"metadata":{"name":"x","ownerReferences":[null]}}""")]
    [InlineData("""{"metadata":{"name":"x"},"spec":{"containers":[{"name":"a"},null]}}""")]
    [InlineData("{")]
    public void An_answer_with_nothing_where_an_object_should_be_is_refused(string json) =>
        Assert.ThrowsAny<JsonException>(() => KubernetesJson.Read(Encoding.UTF8.GetBytes(json), KubernetesJson.Default.Pod));

    [Fact]
    public void A_field_without_a_value_is_one_that_is_not_there()
    {
        var pod = KubernetesJson.Read("""{"metadata":{"name":"x","creationTimestamp":null}}"""u8, KubernetesJson.Default.Pod);
        Assert.Equal("x", pod.Metadata.Name);
    }
}
