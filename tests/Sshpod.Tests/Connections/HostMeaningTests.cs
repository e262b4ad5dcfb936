using Sshpod.Clusters;
using Sshpod.Connections;
using Sshpod.Ssh;

namespace Sshpod.Tests.Connections;

public class HostMeaningTests
{
    private static readonly Snapshot Now = Snapshot.Take();

    [Theory]
    [InlineData("POD--X.Namespace--N.SSHPOD", "pod--x.namespace--n.sshpod")]
    [InlineData("gpu.CONTEXT--Prod.sshpod.", "GPU.context--Prod.sshpod.")]
    [InlineData("pod--x.context--PROD.sshpod", "pod--X.Context--PROD.sshpod")]
    public void Names_that_mean_the_same_are_one(string one, string other) =>
    Assert.Equal(HostMeaning.Digest(new GivenHost(one), Now), HostMeaning.Digest(new GivenHost(other), Now));

    [Theory]
    [InlineData("pod--x.context--prod.sshpod", "pod--x.context--PROD.sshpod")]
    [InlineData("pod--x.sshpod", "pod--y.sshpod")]
    public void Names_that_mean_something_else_are_not(string one, string other) =>
    Assert.NotEqual(HostMeaning.Digest(new GivenHost(one), Now), HostMeaning.Digest(new GivenHost(other), Now));
}
