using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Clusters.Objects;

public class HelperNameTests
{
    private static readonly PodContainer Container = new("shop", "web-1", "uid-of-web-1", "app", "0123456789abcdef");

    [Fact]
    public void All_clients_give_a_container_the_same_helpers() =>
        // printf uid-of-web-1/app/0123456789abcdef/0 | sha256sum
        Assert.Equal(["sshpod-42d927c3", "sshpod-365bdf86"], HelperName.All(Container).Take(2));

    [Fact]
    public void A_restarted_container_another_container_and_another_pod_get_helpers_of_their_own()
    {
        string[] names = [.. new[] { Container, Container with { ContainerId = "f" }, Container with { Container = "db" },
            Container with { PodUid = "another" } }.SelectMany(HelperName.All)];
        Assert.Equal(4 * HelperName.Max, names.Distinct().Count());
        Assert.All(names, name => Assert.True(HelperName.IsOne(name), name));
    }

    [Theory]
    [InlineData("sshpod-1f2e3d4c", true)]
    [InlineData("sshpod-1f2e3d4", false)]
    [InlineData("sshpod-1f2e3d4cc", false)]
    [InlineData("sshpod-1F2E3D4C", false)]
    [InlineData("sshpod-debugger", false)]
    [InlineData("debugger-1f2e3d4c", false)]
    public void A_helper_is_known_by_its_name(string name, bool isOne) => Assert.Equal(isOne, HelperName.IsOne(name));
}
