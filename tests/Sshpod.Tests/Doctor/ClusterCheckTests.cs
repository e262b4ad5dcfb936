using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Transports;
using Sshpod.Doctor;
using Sshpod.HostNames;
using Sshpod.Tests.Targets;

namespace Sshpod.Tests.Doctor;

public class ClusterCheckTests
{
    [Theory]
    [InlineData("https://api.example:6443", null, "", "none: neither proxy-url nor HTTPS_PROXY is set")]
    [InlineData("https://api.example:6443", "socks5://p.example", "HTTPS_PROXY=http://q.example",
        "socks5://p.example/: proxy-url in the kubeconfig says so")]
    [InlineData("https://api.example:6443", null, "https_proxy=http://q.example:3128", "http://q.example:3128/: https_proxy is set")]
    [InlineData("https://api.example:6443", null, "HTTPS_PROXY=http://q.example;NO_PROXY=.example",
        "none: HTTPS_PROXY is set, but api.example is excluded by NO_PROXY")]
    [InlineData("https://127.0.0.1:6443", null, "HTTPS_PROXY=http://q.example", "none: HTTPS_PROXY is set, but 127.0.0.1 is this machine")]
    [InlineData("http://api.example", null, "HTTPS_PROXY=http://q.example", "none: neither proxy-url nor HTTP_PROXY is set")]
    public void The_proxy_is_told_with_its_reason(string server, string? proxyUrl, string environment, string expected)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('='))
            .ToDictionary(words => words[0], words => words[1]);
        var (proxy, reason) = ProxyCheck.Choose(new Kubeconfig(new Uri(server), proxyUrl, "default", []),
            name => variables.GetValueOrDefault(name));
        Assert.Equal(expected, $"{proxy?.AbsoluteUri ?? "none"}: {reason}");
    }

    [Theory]
    [InlineData(null, "get pods, list pods")]
    [InlineData("pod--x.sshpod", "get pods")]
    [InlineData("deployment--x.sshpod", "get deployments.apps, list pods, list replicasets.apps")]
    [InlineData("statefulset--x.sshpod", "get statefulsets.apps, list pods")]
    [InlineData("job--x.sshpod", "get jobs.batch, list pods")]
    [InlineData("cronjob--x.sshpod", "get cronjobs.batch, get jobs.batch, list pods")]
    [InlineData("service--x.sshpod", "get services, list pods")]
    public void The_rights_asked_for_are_the_documented_ones(string? host, string rights) =>
        Assert.Equal(rights, string.Join(", ", RightsCheck.ToFind(host is null ? null : HostName.Parse(host), "n").AsEnumerable()));

    [Theory]
    [InlineData("exec", "v1.34.1", "create pods/exec", nameof(CheckOutcome.Warning), "may not create pods/exec")]
    [InlineData("exec", "v1.35.0", "create pods/exec", nameof(CheckOutcome.Failure), "may not create pods/exec")]
    [InlineData("exec", "v1.35.0", "", nameof(CheckOutcome.Ok), "may get and create pods/exec")]
    [InlineData("exec", "v1.35.0", "get pods/exec", nameof(CheckOutcome.Warning),
        "may not get pods/exec in namespace \"n\", which a WebSocket needs")]
    [InlineData("portforward", "v1.35.0", "create pods/portforward", nameof(CheckOutcome.Warning), "connections go through exec")]
    [InlineData("portforward", "v1.34.1", "create pods/portforward", nameof(CheckOutcome.Warning), "which kubectl may need")]
    public async Task A_missing_create_is_a_failure_where_a_websocket_needs_it(
        string subresource, string version, string forbidden, string outcome, string words)
    {
        await using var server = new Clusters.Api.FakeApiServer((_, _) => Task.FromResult(false));
        await using var api = new ApiCluster(server.Configuration());
        var transport = new ChosenTransport(new Cluster(new KnownObjects { Forbidden = [forbidden] }, api), "api", "");
        var finding = await new RightsCheck(transport, "n", Snapshot.Take().Settings, version).StreamAsync(subresource, "web", default);
        Assert.Equal(outcome, $"{finding.Outcome}");
        Assert.Contains(words, finding.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-10, -1, nameof(CheckOutcome.Failure), " expired at ")]
    [InlineData(-10, 1, nameof(CheckOutcome.Ok), "valid until")]
    [InlineData(1, 2, nameof(CheckOutcome.Failure), "is valid from")]
    public void A_client_certificate_has_its_time(int from, int until, string outcome, string words)
    {
        var now = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=me", key, HashAlgorithmName.SHA256).CreateSelfSigned(
            now.AddDays(from), now.AddDays(until));
        var own = new ClientCertificate(certificate, []);
        var finding = CredentialsCheck.Judge(ApiUser.Anonymous with { Certificate = own }, new Credential(null, own), 0, now);
        Assert.Equal(outcome, $"{finding.Outcome}");
        Assert.Contains(words, finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void No_secret_is_shown()
    {
        Assert.Equal("a token, to act as \"eve\"",
            CredentialsCheck.Judge(ApiUser.Anonymous with { Token = "s3cret", Impersonation = [("Impersonate-User", "eve")] },
                new Credential("Bearer s3cret", null), 0, default).Text);
        Assert.Equal("the password of \"me\"",
            CredentialsCheck.Judge(ApiUser.Anonymous with { Basic = ("me", "s3cret") }, new Credential("Basic x", null), 0, default).Text);
        Assert.Equal(CheckOutcome.Warning, CredentialsCheck.Judge(ApiUser.Anonymous, new Credential(null, null), 0, default).Outcome);
    }
}
