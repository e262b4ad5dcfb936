using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters.Objects;

public class KubernetesVersionTests
{
    [Theory]
    [InlineData("v1.34.1", false)]
    [InlineData("v1.35.0", true)]
    [InlineData("v1.36.2-gke.100", true)]
    [InlineData("v1.4", false)]
    [InlineData("2.0", true)]
    public void From_1_35_on_a_websocket_needs_create(string version, bool needs) =>
        Assert.Equal(needs, KubernetesVersion.Parse(version)?.WebSocketsNeedCreate);

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("v1.99999999999")]
    public void What_is_no_version_is_none(string text) => Assert.Null(KubernetesVersion.Parse(text));
}
