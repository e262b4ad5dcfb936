using System.Text;
using System.Text.Json.Nodes;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Api.Login;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Api.Login;

public sealed class ExecPluginTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private static readonly ApiServer Server = new(new Uri("https://near.example:6443/"), TlsServerName: "x");
    private readonly string _directory = Directory.CreateTempSubdirectory("sshpod-plugin-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task It_gets_its_arguments_its_variables_the_cluster_and_an_empty_stdin()
    {
        var plugin = Script("""
            [ "$(cat)" = "" ] || exit 3
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$#.$1.$A"
            printf %s "$KUBERNETES_EXEC_INFO" >"$INFO"
            """, ["a b", "c"]);
        Assert.Equal("Bearer 2.a b.v w", (await plugin.RunAsync(Server, default)).Authorization);
        var info = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_directory, "info")))!;
        Assert.Equal((V1, false, "https://near.example:6443", "x"), ((string?)info["apiVersion"], (bool)info["spec"]!["interactive"]!,
            (string?)info["spec"]!["cluster"]!["server"], (string?)info["spec"]!["cluster"]!["tls-server-name"]));
    }

    [Fact]
    public async Task It_runs_once_until_what_it_gave_expires()
    {
        var plugin = Script("""
            echo >>"$INFO"
            printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1",
            """ + """
            "status":{"token":"t","expirationTimestamp":"%s"}}' "$EXPIRY"
            """, []);
        foreach (var (expiry, runs) in new[] { ("2999-01-01T00:00:00Z", 1), ("2001-01-01T00:00:00Z", 3), ("0001-01-01T00:00:00Z", 1) })
        {
            File.Delete(Path.Combine(_directory, "info"));
            var user = ApiUser.Anonymous with { Plugin = plugin with { Environment = [.. plugin.Environment, new("EXPIRY", expiry)] } };
            using var credentials = new Credentials(new ApiConfiguration(null, Server, user, "default"));
            for (var i = 0; i < 3; i++)
                Assert.Equal("Bearer t", (await credentials.GetAsync(default)).Authorization);
            Assert.Equal(runs, (await File.ReadAllLinesAsync(Path.Combine(_directory, "info"))).Length);
        }
    }

    [Fact]
    public async Task What_it_prints_may_begin_with_a_byte_order_mark() =>
        Assert.Equal("Bearer t", (await Script("""
            printf '\357\273\277{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"t"}}\n'
            """, []).RunAsync(Server, default)).Authorization);

    [Fact]
    public async Task One_that_must_ask_is_not_run_where_there_is_no_terminal()
    {
        Assert.SkipWhen(PluginTerminal.IsThere, "there is a terminal");
        var plugin = Script("touch \"$INFO\"", []) with { Asking = InteractiveMode.Always };
        Assert.Equal("credential plugin sh needs a terminal, and there is none here; log in to the cluster first",
            (await Assert.ThrowsAnyAsync<SshpodException>(() => plugin.RunAsync(Server, default))).Line);
        Assert.False(File.Exists(Path.Combine(_directory, "info")));
    }

    [Fact]
    public void It_may_give_a_certificate()
    {
        var (certificate, key) = new Certificates().Issue("me");
        var json = new JsonObject
        {
            ["kind"] = "ExecCredential",
            ["apiVersion"] = V1,
            ["status"] = new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key }
        };
        var credential = Script("", []).Parse(Encoding.UTF8.GetBytes(json.ToJsonString()));
        Assert.Equal((null, true), (credential.Authorization, credential.Certificate?.Certificate.HasPrivateKey));
    }

    [Theory]
    [InlineData("exit 4", "ended with exit code 4")]
    [InlineData("echo hello", "printed no ExecCredential")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"t"}}'""",
        "printed no ExecCredential of")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}'""",
        "neither a token nor a certificate")]
    public async Task A_failure_is_a_one_line_error(string script, string words) =>
        Assert.Contains(words, (await Assert.ThrowsAnyAsync<SshpodException>(() => Script(script, []).RunAsync(Server, default))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_plugin_that_is_not_there_says_where_to_get_it()
    {
        var plugin = new ExecPlugin(V1, "no-such-login", [], [], "see example.org", false);
        Assert.Equal("cannot run credential plugin no-such-login: it is not on your PATH; see example.org",
            (await Assert.ThrowsAsync<SshpodException>(() => plugin.RunAsync(Server, default))).Line);
    }

    private ExecPlugin Script(string script, string[] arguments)
    {
        var file = Path.Combine(_directory, "login");
        File.WriteAllText(file, script);
        return new ExecPlugin(V1, "sh", [file, .. arguments], [new("A", "v w"), new("INFO", Path.Combine(_directory, "info"))], null, true);
    }
}
