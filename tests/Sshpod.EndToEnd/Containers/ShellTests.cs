using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>A container that has <c>/bin/sh</c>, but not on its PATH.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class ShellTests(TestCluster cluster)
{
    private const string Elsewhere = "env: [{name: PATH, value: /opt/tools}]";

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task It_is_found_where_the_path_does_not_lead(string tunnel)
    {
        await cluster.CreatePodAsync($"path-{tunnel}", "busybox:1", Elsewhere);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        var login = new Login(workstation, "root", $"pod--path-{tunnel}");

        // The session has the container's PATH, as in kubectl exec.
        for (var connection = 0; connection < 2; connection++)
            Assert.Equal("/opt/tools Linux\n", await login.RunAsync("echo $PATH $(/bin/uname)"));
        await login.CopyThereAndBackAsync();
        (await workstation.SshpodAsync("clean", workstation.Host($"pod--path-{tunnel}"))).Successfully();
        (await cluster.ExecAsync($"path-{tunnel}", "/bin/sh", "-c", "[ ! -e /tmp/sshpod ]")).Successfully();
    }

    [Fact]
    public async Task Doctor_finds_it_too()
    {
        await cluster.CreatePodAsync("path-doctor", "busybox:1", Elsewhere);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        Assert.Equal(0, (await DoctorRun.RunAsync(workstation, workstation.Host("pod--path-doctor"))).ExitCode);
    }
}
