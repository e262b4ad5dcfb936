using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Clusters;

/// <summary>
/// Through the front nobody has more rights than without it, and a refusal reads as that of a current API server.
/// </summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class FrontTests(TestCluster cluster)
{
    [Theory]
    [InlineData("exec")]
    [InlineData("portforward")]
    public async Task A_websocket_needs_create_too_and_the_answer_does_not_say_so(string stream)
    {
        await Front.UpAsync(cluster, minor: 35);
        var name = $"front-get-{stream}";
        await cluster.ApplyAsync(Role(name, $"{{apiGroups: [\"\"], resources: [pods/{stream}], verbs: [get]}}"));
        var (status, answer) = await OpenAsync(stream, await cluster.TokenOfAsync(name));
        Assert.Equal((HttpStatusCode.Forbidden, "pods \"busybox\" is forbidden: ", "Forbidden", "{\"name\":\"busybox\",\"kind\":\"pods\"}"),
            (status, (string?)answer["message"], (string?)answer["reason"], answer["details"]?.ToJsonString()));
    }

    [Fact]
    public async Task A_user_without_any_right_is_named_with_the_right_that_is_missing()
    {
        await cluster.ApplyAsync(Role("front-none", "{apiGroups: [\"\"], resources: [pods], verbs: [get]}"));
        var (status, answer) = await OpenAsync("exec", await cluster.TokenOfAsync("front-none"));
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("front-none\" cannot get resource \"pods/exec\"", (string?)answer["message"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec", "no.token.of.anybody")]
    [InlineData("portforward", "no.token.of.anybody")]
    public async Task Credentials_that_have_ended_are_refused_before_anything_is_opened(string stream, string token) =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await OpenAsync(stream, token)).Status);

    [Fact]
    public async Task A_certificate_that_another_authority_signed_names_nobody()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("O=system:masters, CN=admin", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        Assert.Equal(HttpStatusCode.Unauthorized, (await OpenAsync("exec", null, own)).Status);
    }

    [Fact]
    public async Task Nobody_in_particular_may_nothing() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await OpenAsync("exec", null)).Status);

    private string Role(string name, string rule) => $$$"""
        {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{name}}} }}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: {{{name}}} }, rules: [{{{rule}}}]}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{{name}}} },
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: {{{name}}} },
        """ + $$$"""
         subjects: [{kind: ServiceAccount, name: {{{name}}}, namespace: {{{cluster.Namespace}}} }]}
        """;

    // Asks for a WebSocket as any client does, and reads the refusal.
    private async Task<(HttpStatusCode Status, JsonNode Answer)> OpenAsync(
        string stream, string? token, X509Certificate2? certificate = null)
    {
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true };
        if (certificate is not null)
            handler.ClientCertificates.Add(certificate);
        using var client = new HttpClient(handler);
        var query = stream == "exec" ? "container=main&command=true&stdout=true" : "ports=22";
        using var request = new HttpRequestMessage(HttpMethod.Get,
            new Uri(await Front.UpAsync(cluster), $"/api/v1/namespaces/{cluster.Namespace}/pods/busybox/{stream}?{query}"));
        foreach (var (name, value) in new[]
        {
            ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))),
            ("Sec-WebSocket-Protocol", stream == "exec" ? "v5.channel.k8s.io" : "SPDY/3.1+portforward.k8s.io"),
        })
            Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        // A stream that was opened has no end.
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            return (response.StatusCode, new JsonObject());
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
