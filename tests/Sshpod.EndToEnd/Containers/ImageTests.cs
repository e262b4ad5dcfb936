using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Containers;

/// <summary>Any image with a shell works. Server/BootstrapTests covers the kinds of upload.</summary>
public sealed class ImageTests(TestCluster cluster)
{
    [Theory]
    [InlineData("minimal:1", "/bin/sh")]
    [InlineData("debian:12", "/bin/bash")]
    [InlineData("musl:1", "/bin/sh")]
    [InlineData("bash:1", "/bin/sh")]
    [InlineData("dash:1", "/bin/sh")]
    public async Task Commands_terminals_files_and_ports_work(string image, string shell)
    {
        var pod = $"image-{image.Split(':')[0]}";
        await cluster.CreatePodAsync(pod, image);
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var login = new Login(workstation, "root", $"pod--{pod}");

        // Only what the shell itself can do: minimal:1 has next to no other programs.
        Assert.Equal($"{shell} 2\n", await login.RunAsync("echo $SHELL $((1+1))"));
        await login.CopyThereAndBackAsync();
        Assert.Equal("terminal\r\n", await login.RunInTerminalAsync("[ -t 0 ] && [ -t 1 ] && echo terminal"));
        await login.ForwardAsync();
    }
}
