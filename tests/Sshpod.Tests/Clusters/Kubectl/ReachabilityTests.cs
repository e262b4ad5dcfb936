using System.Text;
using CliWrap;

namespace Sshpod.Tests.Clusters.Kubectl;

public sealed class ReachabilityTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("sshpod-reach-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.0/8")]
    public async Task A_proxy_that_kubectl_does_not_use_for_this_server_hides_nothing(string? noProxy)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "kubectl is a script");
        var kubectl = Path.Combine(_home, "kubectl");
        await File.WriteAllTextAsync(kubectl, "#!/bin/sh\nexec sleep 50\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var kubeconfig = Path.Combine(_home, "kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, """
            clusters: [{name: c, cluster: {server: "https://127.0.0.1:9"}}]
            contexts: [{name: c, context: {cluster: c}}]
            current-context: c
            """, TestContext.Current.CancellationToken);
        var said = new StringBuilder();
        var result = await Cli.Wrap(BuiltProgram.Path).WithArguments("list").WithEnvironmentVariables(new Dictionary<string, string?>
        {
            ["HOME"] = _home,
            ["XDG_CONFIG_HOME"] = null,
            ["KUBECONFIG"] = kubeconfig,
            ["SSHPOD_TRANSPORT"] = "kubectl",
            ["HTTPS_PROXY"] = "http://proxy.example:3128",
            ["NO_PROXY"] = noProxy,
            ["PATH"] = $"{_home}:/usr/bin:/bin",
        }).WithStandardErrorPipe(PipeTarget.ToStringBuilder(said)).WithValidation(CommandResultValidation.None).ExecuteAsync(
        TestContext.Current.CancellationToken);
        Assert.StartsWith("sshpod: API server 127.0.0.1:9 of the current context cannot be reached", said.ToString(),
            StringComparison.Ordinal);
        Assert.True(result.RunTime < TimeSpan.FromSeconds(30), $"after {result.RunTime}");
    }
}
