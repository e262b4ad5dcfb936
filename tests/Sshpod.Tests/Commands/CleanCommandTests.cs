using Sshpod.Clusters.Objects;
using Sshpod.Commands;
using Sshpod.Tests.Targets;

namespace Sshpod.Tests.Commands;

public class CleanCommandTests
{
    private static readonly PodContainer Remembered = new("default", "web", "uid-of-web", "main", "0123456789abcdef");

    [Fact]
    public async Task A_remembered_container_is_cleaned_as_its_pod_is_now()
    {
        var pod = Objects.Pod("web", containers: ["main", "other"]);
        pod = pod with { Spec = pod.Spec with { ShareProcessNamespace = true } };
        var found = await CleanCommand.FindAsync(new KnownObjects(pod), Remembered, default);
        Assert.True(found?.Places?.AreProcessesRefused);
        // What was remembered of it is forgotten nevertheless.
        Assert.NotEqual(Remembered, found);
        Assert.True(Remembered.Is(found!));
    }

    [Fact]
    public async Task One_that_was_restarted_or_replaced_since_is_gone()
    {
        var cluster = new KnownObjects(Objects.Pod("web"));
        Assert.NotNull(await CleanCommand.FindAsync(cluster, Remembered, default));
        Assert.Null(await CleanCommand.FindAsync(cluster, Remembered with { ContainerId = "fedcba9876543210" }, default));
        Assert.Null(await CleanCommand.FindAsync(cluster, Remembered with { PodUid = "another" }, default));
    }
}
