using System.Diagnostics;
using System.Text;
using Sshpod.Clusters.Objects;
using Sshpod.Server;

namespace Sshpod.Tests.Server;

public class HelperBodyTests
{
    [Fact]
    public void A_helper_for_a_user_has_no_rights_at_all() => Assert.Equal(
        """
        {"metadata":{"uid":"uid"},"spec":{"ephemeralContainers":[{"name":"sshpod-1f2e3d4c","image":"busybox:musl",
        "targetContainerName":"app","command":["sh","-c","…"],
        "securityContext":{"runAsUser":65532,"runAsGroup":65532,"runAsNonRoot":true,"capabilities":{"drop":["ALL"]},
        "allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"}},"imagePullPolicy":"IfNotPresent"}]}}
        """.ReplaceLineEndings(""), Patch(new HelperBody(65532, 65532, MustNotBeRoot: true)));

    [Fact]
    public void A_helper_for_an_unknown_user_may_become_any_user_and_nothing_else() => Assert.Equal(
        """
        {"metadata":{"uid":"uid"},"spec":{"ephemeralContainers":[{"name":"sshpod-1f2e3d4c","image":"busybox:musl",
        "targetContainerName":"app","command":["sh","-c","…"],
        "securityContext":{"runAsUser":0,"runAsGroup":0,"capabilities":{"drop":["ALL"],"add":["CHOWN","SETGID","SETUID"]},
        "allowPrivilegeEscalation":false,"seccompProfile":{"type":"RuntimeDefault"}},"imagePullPolicy":"IfNotPresent"}]}}
        """.ReplaceLineEndings(""), Patch(new HelperBody(0, 0, Changes: true)));

    [Fact]
    public void The_older_API_gets_a_helper_without_a_security_context() => Assert.Equal(
        """
        {"ephemeralContainers":[{"name":"sshpod-1f2e3d4c","image":"busybox:musl","targetContainerName":"app",
        "command":["sh","-c","…"],
        "imagePullPolicy":"IfNotPresent"}],"metadata":{"uid":"uid"}}
        """.ReplaceLineEndings(""), Patch(new HelperBody(0, 0, Changes: true), isAlpha: true));

    // Kubernetes reads $$ as a dollar sign, and $(NAME) as one of its variables.
    [Fact]
    public void The_shell_of_a_helper_writes_its_own_process_though_Kubernetes_reads_its_command_first()
    {
        var command = new HelperBody(0, 0).Container("n", "i", "app").Command;
        Assert.Contains("echo $$$$ >/tmp/sshpod/holder", command[2], StringComparison.Ordinal);
        Assert.DoesNotContain("$(", command[2], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_command_of_a_helper_is_one_that_a_shell_understands(bool changes)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh");
        var script = new HelperBody(0, 0, changes).Container("n", "i", "app").Command[2].Replace("$$", "$", StringComparison.Ordinal);
#pragma warning disable RS0030
        using var shell = Process.Start("/bin/sh", ["-n", "-c", script]);
#pragma warning restore RS0030
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    // Its sleep is over at once.
    [Theory]
    [InlineData(null, 0, "sleep 1", 600)]
    [InlineData("exit 7", 7, "sleep 1", 0)]
    public async Task A_helper_that_nobody_comes_to_ends_after_ten_minutes(string? go, int exitCode, string sleep, int times)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs sh");
        var home = Directory.CreateTempSubdirectory("sshpod-").FullName;
        if (go is not null)
            await File.WriteAllTextAsync(Path.Combine(home, "go"), go, TestContext.Current.CancellationToken);
        var script = new HelperBody(0, 0, Changes: true).Container("n", "i", "app").Command[2]
            .Replace("$$", "$", StringComparison.Ordinal).Replace("/tmp/sshpod", home, StringComparison.Ordinal);
        var process = new ProcessStartInfo("/bin/sh", ["-c", $"sleep() {{ echo sleep $1; }}\n{script}"]) { RedirectStandardOutput = true };
#pragma warning disable RS0030
        using var shell = Process.Start(process)!;
#pragma warning restore RS0030
        // Without a limit it would say so for ever.
        string[] said = [];
        for (string? line; said.Length <= 600 && (line = await shell.StandardOutput.ReadLineAsync(
            TestContext.Current.CancellationToken)) is not null;)
            said = [.. said, line];
        if (said.Length > 600)
            shell.Kill();
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Directory.Delete(home, recursive: true);
        Assert.Equal(Enumerable.Repeat(sleep, times), said);
        Assert.Equal(exitCode, shell.ExitCode);
    }

    private static string Patch(HelperBody body, bool isAlpha = false)
    {
        var container = body.Container("sshpod-1f2e3d4c", "busybox:musl", "app", withContext: !isAlpha);
        return Encoding.UTF8.GetString(new EphemeralRequest(container with { Command = ["sh", "-c", "…"] }, isAlpha)
            .Patch(new PodContainer("shop", "web", "uid", "app", "0123456789abcdef")))
            .Replace("\\u2026", "…", StringComparison.Ordinal);
    }
}
