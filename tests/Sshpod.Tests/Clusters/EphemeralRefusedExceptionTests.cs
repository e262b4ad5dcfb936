using Sshpod.Clusters;
using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters;

public class EphemeralRefusedExceptionTests
{
    private static readonly PodContainer Container = new("shop", "web", "uid", "app", "id");

    [Theory]
    [InlineData("patch")]
    [InlineData("update")]
    public void Who_may_not_add_one_is_sent_to_an_administrator_of_the_cluster(string verb) => Assert.Equal(
        $"you may not {verb} pods/ephemeralcontainers in namespace \"shop\"; an administrator of the cluster can grant it (edit and "
        + "admin do not have it): role sshpod-ephemeral in docs/rbac.yaml",
        Explain("Forbidden",
            $"pods \"web\" is forbidden: User \"dev1\" cannot {verb} resource \"pods/ephemeralcontainers\" in API group \"\" "
            + "in the namespace \"shop\"")?.Line);

    [Fact]
    public void A_policy_is_quoted() => Assert.StartsWith(
        "pod \"web\" in namespace \"shop\" gets no ephemeral container: violates PodSecurity \"restricted:latest\": unrestricted "
        + "capabilities (container \"debugger-x\" must set securityContext.capabilities.drop=[\"ALL\"]); ask ",
        Explain("Forbidden", Policy)?.Line, StringComparison.Ordinal);

    [Fact]
    public void A_policy_that_an_earlier_ephemeral_container_breaks_names_it() => Assert.EndsWith(
        "; ephemeral container \"debugger-x\" was added earlier and cannot be removed: delete the pod",
        Assert.IsType<EphemeralRefusedException>(Explain("Forbidden", Policy)).Among(["sshpod-1f2e3d4c", "debugger-x"]).Line,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Invalid", "Pod \"web\" is invalid: spec.ephemeralContainers[0].targetContainerName: Not found: \"nope\"",
        "spec.ephemeralContainers[0].targetContainerName: Not found: \"nope\"")]
    [InlineData("BadRequest", "admission webhook \"policy.example\" denied the request: no debugging here",
        "admission webhook \"policy.example\" denied the request: no debugging here")]
    public void Validation_and_webhooks_are_quoted_too(string reason, string message, string why) =>
        Assert.Equal(why, Assert.IsType<EphemeralRefusedException>(Explain(reason, message)).Why);

    // As the API server says for a patch that names the UID; the second is that of 1.20.
    [Theory]
    [InlineData("Conflict",
        "Operation cannot be fulfilled on pods \"web\": Precondition failed: UID in precondition: a, UID in object meta: b")]
    [InlineData("Invalid", "Pod \"web\" is invalid: metadata.uid: Invalid value: \"fad9\": field is immutable")]
    public void A_pod_of_the_same_name_that_has_come_meanwhile_is_not_the_one(string reason, string message) =>
        Assert.IsType<ContainerNotFoundException>(Explain(reason, message));

    [Fact]
    public void Any_other_failure_is_left_as_it_is() => Assert.Null(Explain("InternalError", "etcd is away"));

    private const string Policy = "pods \"web\" is forbidden: violates PodSecurity \"restricted:latest\": unrestricted capabilities "
        + "(container \"debugger-x\" must set securityContext.capabilities.drop=[\"ALL\"])";

    private static Sshpod.Terminal.SshpodException? Explain(string reason, string message) =>
        EphemeralRefusedException.Explain(Container, reason, message);
}
