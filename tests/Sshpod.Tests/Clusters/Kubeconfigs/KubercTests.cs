using Sshpod.Clusters;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Transports;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Kubeconfigs;

[Collection("KUBECONFIG")]
public sealed class KubercTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-kuberc-").FullName;

    public KubercTests() => Environment.SetEnvironmentVariable("KUBECONFIG", Path.Combine(_directory, "config"));

    public void Dispose()
    {
        foreach (var variable in new[] { "KUBECONFIG", "KUBERC", "KUBECTL_KUBERC", "SSHPOD_TRANSPORT" })
            Environment.SetEnvironmentVariable(variable, null);
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("{apiVersion: kubectl.config.k8s.io/v1beta1, kind: Preference, credentialPluginPolicy: DenyAll}",
        "have a policy for credential plugins")]
    [InlineData(
        "{apiVersion: kubectl.config.k8s.io/v1beta1, kind: Preference, credentialPluginPolicy: Allowlist, credentialPluginAllowlist: "
        + "[{command: login}]}", "have a policy for credential plugins")]
    [InlineData("{apiVersion: kubectl.config.k8s.io/v1beta1, kind: Preference, credentialPluginAllowlist: [{command: login}]}",
        "have a policy for credential plugins")]
    [InlineData("{apiVersion: kubectl.config.k8s.io/v1beta1, kind: Preference, credentialPluginPolicy: NewInTheFuture}",
        "have a policy for credential plugins")]
    [InlineData("kind: Other\n---\n{kind: Preference, credentialPluginPolicy: DenyAll}", "have a policy for credential plugins")]
    [InlineData("x: &x {credentialPluginPolicy: DenyAll}\n<<: *x", "have a policy for credential plugins")]
    [InlineData("{broken", "cannot be read")]
    [InlineData("{apiVersion: kubectl.config.k8s.io/v1beta1, kind: Preference, credentialPluginPolicy: AllowAll}", null)]
    [InlineData("{apiVersion: kubectl.config.k8s.io/v1beta1, kind: Preference, credentialPluginPolicy: \"\"}", null)]
    [InlineData("{apiVersion: kubectl.config.k8s.io/v1alpha1, kind: Preference, aliases: [{name: getn, command: get}]}", null)]
    [InlineData("", null)]
    public void Where_kubectl_may_forbid_a_credential_plugin_it_decides(string kuberc, string? reason)
    {
        var file = Use("{exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never}}", kuberc);
        if (reason is null)
            Assert.NotNull(ApiConfiguration.Read(Snapshot.Take(), null).User.Plugin);
        else
            Assert.StartsWith($"kubectl's preferences in {file} {reason}",
                Assert.Throws<UnsupportedKubeconfigException>(() => ApiConfiguration.Read(Snapshot.Take(), null)).Message,
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("KUBERC", "off")]
    [InlineData("KUBECTL_KUBERC", "False")]
    public void Disabled_preferences_forbid_nothing(string variable, string value)
    {
        Use("{exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never}}",
            "credentialPluginPolicy: DenyAll");
        Environment.SetEnvironmentVariable(variable, value);
        Assert.NotNull(ApiConfiguration.Read(Snapshot.Take(), null).User.Plugin);
    }

    [Fact]
    public void Preferences_affect_only_credential_plugins()
    {
        Use("{token: t}", "credentialPluginPolicy: DenyAll");
        Assert.Equal("t", ApiConfiguration.Read(Snapshot.Take(), null).User.Token);
    }

    [Fact]
    public void With_the_api_transport_the_line_says_so()
    {
        var file = Use("{exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never}}",
            "credentialPluginPolicy: DenyAll");
        Environment.SetEnvironmentVariable("SSHPOD_TRANSPORT", "api");
        Assert.Equal(
            $"the api transport does not understand the kubeconfig: unsupported: kubectl's preferences in {file} have a policy "
            + $"for credential plugins; set SSHPOD_TRANSPORT=kubectl",
            Assert.ThrowsAny<SshpodException>(() => Transport.Choose(Snapshot.Take(), null)).Line);
        Environment.SetEnvironmentVariable("SSHPOD_TRANSPORT", "auto");
        Assert.Equal("kubectl", Transport.Select(Snapshot.Take(), null).Name);
    }

    private string Use(string user, string kuberc)
    {
        File.WriteAllText(Path.Combine(_directory, "config"),
            "current-context: dev\ncontexts: [{name: dev, context: {cluster: near, user: me}}]\n"
            + "clusters: [{name: near, cluster: {server: \"https://near.example:6443\"}}]\nusers: [{name: me, user: " + user + "}]");
        var file = Path.Combine(_directory, "kuberc");
        File.WriteAllText(file, kuberc);
        Environment.SetEnvironmentVariable("KUBERC", file);
        return file;
    }
}
