using CliWrap;

namespace Sshpod.Tests.Clusters.Kubectl;

public sealed class CurrentContextTests : IDisposable
{
    // Notes the context that the real one would use. After the first run, another context is the current one.
    private const string Kubectl = """
        #!/bin/sh
        current=$(sed -n 's/^current-context: //p' "$KUBECONFIG")
        case $1 in --context) current=$2; esac
        echo "$current" >>"$HOME/used"
        sed 's/^current-context: .*/current-context: other/' "$KUBECONFIG" >"$HOME/new" && cat "$HOME/new" >"$KUBECONFIG"
        case " $* " in *" get "*) cat "$HOME/pod" ;; *) exit 1 ;; esac
        """;

    private const string Pod = """
        {"kind": "Pod", "metadata": {"name": "web", "namespace": "app", "uid": "u"}, "spec": {"containers": [{"name": "main"}]},
         "status": {"phase": "Running", "containerStatuses":
          [{"name": "main", "containerID": "containerd://c", "state": {"running": {}}}]}}
        """;

    private readonly string _home = Directory.CreateTempSubdirectory("sshpod-current-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task Kubectl_stays_in_the_context_that_was_current_at_the_start() => Assert.Equal(["first", "first"], await UsedAsync("""
        clusters: [{name: c, cluster: {server: "https://127.0.0.1:9"}}]
        contexts: [{name: first, context: {cluster: c}}, {name: other, context: {cluster: c}}]
        current-context: first
        """));

    [Theory]
    [InlineData("contexts: [{name: other, context: {cluster: c}}]")]
    [InlineData("contexts: [{name: first, context: {cluster: c}}]\n<<: {contexts: [{name: other, context: {cluster: c}}]}")]
    public async Task A_current_context_that_we_do_not_understand_is_left_to_kubectl(string contexts) =>
        Assert.Equal(["first", "other"], await UsedAsync($"{contexts}\ncurrent-context: first\n"));

    private async Task<string[]> UsedAsync(string kubeconfig)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "kubectl is a script");
        var cancellation = TestContext.Current.CancellationToken;
        var file = Path.Combine(_home, "kubeconfig");
        await File.WriteAllTextAsync(file, kubeconfig, cancellation);
        await File.WriteAllTextAsync(Path.Combine(_home, "pod"), Pod, cancellation);
        var kubectl = Path.Combine(_home, "kubectl");
        await File.WriteAllTextAsync(kubectl, Kubectl, cancellation);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(kubectl, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await Cli.Wrap(BuiltProgram.Path).WithArguments(["clean", "pod--web.sshpod"])
            .WithEnvironmentVariables(new Dictionary<string, string?>
            {
                ["HOME"] = _home,
                ["XDG_CONFIG_HOME"] = null,
                ["XDG_CACHE_HOME"] = null,
                ["KUBECONFIG"] = file,
                ["SSHPOD_TRANSPORT"] = "kubectl",
                ["PATH"] = $"{_home}:/usr/bin:/bin",
            }).WithValidation(CommandResultValidation.None).ExecuteAsync(cancellation);
        return await File.ReadAllLinesAsync(Path.Combine(_home, "used"), cancellation);
    }
}
