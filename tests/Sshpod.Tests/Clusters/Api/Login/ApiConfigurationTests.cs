using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Api.Login;

[Collection("KUBECONFIG")]
public sealed class ApiConfigurationTests : IDisposable
{
    private const string Near = "clusters: [{name: near, cluster: {server: \"https://near.example:6443\"}}]\n";
    private const string Context = "current-context: dev\ncontexts: [{name: dev, context: {cluster: near, user: me}}]\n" + Near;

    private static readonly Certificates Authority = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-api-").FullName;

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("KUBECONFIG", null);
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public void Several_files_are_one_and_paths_are_relative_to_their_own_file()
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "1")).FullName, "token"), "first\n");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "2")).FullName, "ca.crt"),
            $"{Authority.Pem}\n{new Certificates("other").Pem}");
        Use("current-context: dev\ncontexts: [{name: dev, context: {cluster: near, user: me, namespace: app}}]",
            "users: [{name: me, user: {tokenFile: token}}]",
            "users: [{name: me, user: {token: loses}}]\nclusters: [{name: near, cluster: {server: \"https://near.example/k8s/\", "
            + "certificate-authority: ca.crt, tls-server-name: other.example}}]");
        var read = ApiConfiguration.Read(Snapshot.Take(), null);

        Assert.Equal(("app", "https://near.example/k8s", "other.example", 2),
            (read.Namespace, read.Server.Url.AbsoluteUri, read.Server.TlsServerName, read.Server.Authorities?.Certificates.Count));
        Assert.Equal((Path.Combine(_directory, "1", "token"), null), (read.User.TokenFile, read.User.Token));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_certificate_and_its_key_are_data_or_files(bool rsa, bool keyInFile)
    {
        var (certificate, key) = Authority.Issue("me", rsa);
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, "0")).FullName, "key"), key);
        Use(Context
            + $"users: [{{name: me, user: {{client-certificate-data: {Base64(certificate)},"
            + $" {(keyInFile ? "client-key: key" : $"client-key-data: {Base64(key)}")}}}}}]");
        Assert.True(ApiConfiguration.Read(Snapshot.Take(), null).User.Certificate?.Certificate.HasPrivateKey);
    }

    [Fact]
    public void Impersonation_becomes_headers()
    {
        Use(Context
            + "users: [{name: me, user: {token: t, as: eve, as-uid: \"7\", as-groups: [a, b], as-user-extra: {Scope/x: [one, two]}}}]");
        Assert.Equal([("Impersonate-User", "eve"), ("Impersonate-Uid", "7"), ("Impersonate-Group", "a"), ("Impersonate-Group", "b"),
            ("Impersonate-Extra-Scope%2Fx", "one"), ("Impersonate-Extra-Scope%2Fx", "two")], ApiConfiguration.Read(
            Snapshot.Take(), null).User.Impersonation);
    }

    [Fact]
    public void A_credential_plugin_keeps_its_arguments_apart()
    {
        Use(Context + """
            users: [{name: me, user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./bin/login,
            """ + """
             args: [get token, "--x"], env: [{name: A, value: b c}],
              provideClusterInfo: true, interactiveMode: IfAvailable}}}]
            """);
        var plugin = ApiConfiguration.Read(Snapshot.Take(), null).User.Plugin!;
        Assert.Equal((Path.Combine(_directory, "0", "bin", "login"), true), (plugin.Command, plugin.ProvideClusterInfo));
        Assert.Equal(["get token", "--x"], plugin.Arguments);
        Assert.Equal([new("A", "b c")], plugin.Environment);
    }

    [Fact]
    public void With_a_token_at_hand_no_plugin_is_run()
    {
        Use(Context
            + "users: [{name: me, user: {token: t, exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: "
            + "Never}}}]");
        Assert.Null(ApiConfiguration.Read(Snapshot.Take(), null).User.Plugin);
    }

    [Theory]
    [InlineData("{auth-provider: {name: gcp}}", "auth-provider")]
    [InlineData("{token: t, username: u, password: p}", "both a token and a password")]
    [InlineData("{new-field: x}", "unknown field \"new-field\"")]
    [InlineData("{as-groups: [a]}", "without as")]
    [InlineData("{client-certificate-data: AAAA}", "only one of client-certificate and client-key")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}}", "apiVersion")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: x}}", "interactiveMode")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Sometimes}}", "interactiveMode")]
    [InlineData("{as: eve, as-user-extra: {<<: {a: [b]}}}", "merge key")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Never, surprise: 1}}",
        "unknown field \"surprise\"")]
    public void What_is_not_understood_is_left_to_kubectl(string user, string reason)
    {
        Use(Context + $"users: [{{name: me, user: {user}}}]");
        Assert.Contains(reason, Assert.Throws<UnsupportedKubeconfigException>(() => ApiConfiguration.Read(Snapshot.Take(), null)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{server: \"near.example/k8s\"}", "server")]
    [InlineData("{server: \"ftp://near.example\"}", "server")]
    [InlineData("{server: \"https://near.example\", surprise: 1}", "unknown field \"surprise\"")]
    [InlineData("{server: \"https://near.example\", certificate-authority: missing}", "certificate-authority")]
    [InlineData("{server: \"https://near.example\", proxy-url: \"ftp://x\"}", "proxy")]
    public void A_cluster_that_is_not_understood_is_left_to_kubectl(string cluster, string reason)
    {
        Use("current-context: dev\ncontexts: [{name: dev, context: {cluster: near}}]\nclusters: [{name: near, cluster: " + cluster + "}]");
        Assert.Contains(reason, Assert.Throws<UnsupportedKubeconfigException>(() => ApiConfiguration.Read(Snapshot.Take(), null)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{token: t}")]
    [InlineData("{tokenFile: t}")]
    [InlineData("{username: u, password: p}")]
    [InlineData("{client-certificate: missing, client-key: missing}")]
    [InlineData("{exec: {apiVersion: client.authentication.k8s.io/v1, command: login, interactiveMode: Never}}")]
    public void Without_TLS_the_user_is_not_even_read(string user)
    {
        Use(Context.Replace("https", "http", StringComparison.Ordinal) + $"users: [{{name: me, user: {user}}}]");
        Assert.Equal(ApiUser.Anonymous, ApiConfiguration.Read(Snapshot.Take(), null).User);
    }

    [Fact]
    public void Without_TLS_acting_as_somebody_else_is_left_to_kubectl()
    {
        Use(Context.Replace("https", "http", StringComparison.Ordinal) + "users: [{name: me, user: {as: eve}}]");
        Assert.Equal("impersonation without TLS",
            Assert.Throws<UnsupportedKubeconfigException>(() => ApiConfiguration.Read(Snapshot.Take(), null)).Message);
    }

    [Theory]
    [InlineData("contexts:\n- &base {name: a, context: {cluster: near, user: me}}\n- {<<: *base, name: dev}\n")]
    [InlineData("contexts:\n- name: dev\n  context:\n    <<: {cluster: near, user: me}\n")]
    [InlineData("x-base: &base {current-context: other, contexts: [{name: dev, context: {cluster: near}}]}\n<<: *base\n")]
    public void A_merge_key_is_left_to_kubectl(string contexts)
    {
        Use("current-context: dev\n" + contexts + Near + "users: [{name: me, user: {token: t}}]");
        Assert.Matches("merge key|unknown field \"<<\"",
            Assert.Throws<UnsupportedKubeconfigException>(() => ApiConfiguration.Read(Snapshot.Take(), null)).Message);
    }

    [Fact]
    public void A_server_without_a_scheme_has_no_TLS_and_no_user()
    {
        Use(Context.Replace("https://near.example", "localhost", StringComparison.Ordinal) + "users: [{name: me, user: {token: t}}]");
        var read = ApiConfiguration.Read(Snapshot.Take(), null);
        Assert.Equal(("http://localhost:6443/", ApiUser.Anonymous, "localhost:6443"),
            (read.Server.Url.AbsoluteUri, read.User, $"{read.Server}"));
        Assert.Equal("http://localhost:6443/", Kubeconfig.Read(KubeconfigFiles.Take(), null)?.Server?.AbsoluteUri);
    }

    [Theory]
    [InlineData("v1", "Never", nameof(InteractiveMode.Never))]
    [InlineData("v1", "IfAvailable", nameof(InteractiveMode.IfAvailable))]
    [InlineData("v1", "Always", nameof(InteractiveMode.Always))]
    [InlineData("v1beta1", "", nameof(InteractiveMode.IfAvailable))]
    public void A_plugin_says_whether_it_asks(string version, string mode, string asking)
    {
        Use(Context
            + $"users: [{{name: me, user: {{exec: {{apiVersion: client.authentication.k8s.io/{version}, command: x, "
            + $"interactiveMode: {mode}}}}}}}]");
        Assert.Equal(asking, $"{ApiConfiguration.Read(Snapshot.Take(), null).User.Plugin?.Asking}");
    }

    [Fact]
    public void Keys_that_dotnet_cannot_read_are_left_to_kubectl()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var encrypted = ec.ExportEncryptedPkcs8PrivateKeyPem(
            "secret", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1000));
        const string ed25519 =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIBqz5Zmn1pqcbMiDWy4mXY9c5G0Z9e6mW3mRjG6Yh2Jd\n-----END PRIVATE KEY-----\n";
        foreach (var key in new[] { encrypted, ed25519, "nothing" })
        {
            Use(Context
                + $"users: [{{name: me, user: {{client-certificate-data: {Base64(Authority.Issue("me").Certificate)}, "
                + $"client-key-data: {Base64(key)}}}}}]");
            Assert.Throws<UnsupportedKubeconfigException>(() => ApiConfiguration.Read(Snapshot.Take(), null));
        }
    }

    [Fact]
    public void An_intermediate_without_its_root_is_left_to_kubectl() =>
        Assert.Throws<UnsupportedKubeconfigException>(
            () => CertificateAuthorities.Parse(Encoding.ASCII.GetBytes(Authority.Issue("intermediate").Certificate)));

    [Fact]
    public void A_file_that_makes_no_sense_is_left_to_kubectl()
    {
        Use("{broken");
        Assert.Throws<UnsupportedKubeconfigException>(() => ApiConfiguration.Read(Snapshot.Take(), null));
    }

    [Fact]
    public void Without_a_context_or_a_file_the_message_says_so()
    {
        Use(Context);
        Assert.Equal("no context \"dve\" in the kubeconfig; did you mean \"dev\"?",
            Assert.ThrowsAny<SshpodException>(() => ApiConfiguration.Read(Snapshot.Take(), "dve")).Line);
        Use(null as string);
        Assert.StartsWith("no cluster is configured",
            Assert.ThrowsAny<SshpodException>(() => ApiConfiguration.Read(Snapshot.Take(), null)).Line, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_pod_its_service_account_is_used()
    {
        File.WriteAllText(Path.Combine(_directory, "ca.crt"), Authority.Pem);
        File.WriteAllText(Path.Combine(_directory, "token"), "t");
        File.WriteAllText(Path.Combine(_directory, "namespace"), "app\n");
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", "fd00::1");
        Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", "443");
        try
        {
            var read = InCluster.Read(_directory)!;
            Assert.Equal(("fd00::1", "app", Path.Combine(_directory, "token")), (read.Server.Host, read.Namespace, read.User.TokenFile));
        }
        finally
        {
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_HOST", null);
            Environment.SetEnvironmentVariable("KUBERNETES_SERVICE_PORT", null);
        }
        Assert.Null(InCluster.Read(_directory));
    }

    [Fact]
    public async Task A_token_file_is_read_again()
    {
        var file = Path.Combine(_directory, "token");
        using var credentials = new Credentials(
            new ApiConfiguration(null, new ApiServer(new Uri("https://x.example")),
                ApiUser.Anonymous with { TokenFile = file, Token = "spare" }, "default"));
        Assert.Equal("Bearer spare", (await credentials.GetAsync(default)).Authorization);
        foreach (var token in new[] { "one", "two" })
        {
            await File.WriteAllTextAsync(file, token + "\n");
            Assert.Equal($"Bearer {token}", (await credentials.GetAsync(default)).Authorization);
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private void Use(params string?[] contents)
    {
        var files = contents.Select((_, i) => Path.Combine(Directory.CreateDirectory(Path.Combine(_directory, $"{i}")).FullName, "config"))
            .ToArray();
        foreach (var (file, content) in files.Zip(contents))
        {
            File.Delete(file);
            if (content is not null)
                File.WriteAllText(file, content);
        }
        Environment.SetEnvironmentVariable("KUBECONFIG", string.Join(Path.PathSeparator, files));
    }
}
