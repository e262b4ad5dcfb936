using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Kubectl;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Tests.Clusters.Api;

/// <summary>Adding an ephemeral container, with answers that Kubernetes 1.20 and 1.36 gave.</summary>
public class EphemeralTests
{
    private const string Name = "sshpod-1f2e3d4c";

    private static readonly PodContainer Container = new("app", "web", "uid", "main", "id");

    private static readonly EphemeralRequest Request = new(new EphemeralContainer(Name, "busybox", "main", ["sh"]));

    private static readonly string Added = $$$"""
        {"kind":"Pod","apiVersion":"v1","metadata":{"name":"web"},"spec":{"containers":[{"name":"main"}],
        "ephemeralContainers":[{"name":"{{{Name}}}","image":"busybox","targetContainerName":"main"}]}}
        """;

    [Fact]
    public async Task It_is_a_patch_of_the_subresource_that_changes_the_pod_once()
    {
        List<string> heads = [];
        await using var server = Server("200 OK", Added, heads);
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Equal(EphemeralAnswer.Added, await cluster.AddEphemeralAsync(Container, Request, default));
        Assert.Equal(EphemeralAnswer.Added, await cluster.AddEphemeralAsync(Container, Request with { IsDryRun = true }, default));
        Assert.StartsWith("PATCH /api/v1/namespaces/app/pods/web/ephemeralcontainers?fieldManager=sshpod HTTP/1.1\r\n", heads[0],
            StringComparison.Ordinal);
        Assert.Contains("\r\nContent-Type: application/strategic-merge-patch+json\r\n", heads[0], StringComparison.Ordinal);
        Assert.StartsWith("PATCH /api/v1/namespaces/app/pods/web/ephemeralcontainers?fieldManager=sshpod&dryRun=All HTTP/1.1\r\n", heads[1],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"EphemeralContainers","apiVersion":"v1","metadata":{"name":"web"},"ephemeralContainers":[]}""", false,
        "IsAlpha")]
    [InlineData("""{"kind":"EphemeralContainers","metadata":{"name":"web"},"ephemeralContainers":[{"name":"sshpod-1f2e3d4c"}]}""", true,
        "Added")]
    [InlineData("""{"kind":"EphemeralContainers","apiVersion":"v1","metadata":{"name":"web"},"ephemeralContainers":null}""", true,
        "Ignored")]
    [InlineData("""{"kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"main"}]}}""", false, "Ignored")]
    public async Task A_success_counts_only_if_the_answer_has_it(string answer, bool isAlpha, string expected)
    {
        await using var server = Server("200 OK", answer);
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Equal(expected, $"{await cluster.AddEphemeralAsync(Container, Request with { IsAlpha = isAlpha }, default)}");
    }

    [Fact]
    public async Task A_server_without_the_subresource_is_not_taken_for_one_without_the_pod()
    {
        const string missing = """
            {"kind":"Status","status":"Failure","message":"the server could not find the requested resource",
            "reason":"NotFound","details":{},"code":404}
            """;
        await using var server = Server("404 Not Found", missing);
        await using var cluster = new ApiCluster(server.Configuration());
        Assert.Equal(EphemeralAnswer.Ignored, await cluster.AddEphemeralAsync(Container, Request, default));
    }

    [Fact]
    public async Task A_policy_that_refuses_it_is_told()
    {
        const string forbidden = """
            {"kind":"Status","status":"Failure","message":"pods \"web\" is forbidden: violates PodSecurity \"x\": y",
            "reason":"Forbidden","details":{"name":"web","kind":"pods"},"code":403}
            """;
        await using var server = Server("403 Forbidden", forbidden);
        await using var cluster = new ApiCluster(server.Configuration());
        var refused = await Assert.ThrowsAsync<EphemeralRefusedException>(() => cluster.AddEphemeralAsync(Container, Request, default));
        Assert.Equal("violates PodSecurity \"x\": y", refused.Why);
    }

    [Fact]
    public async Task With_kubectl_the_pod_is_put_with_one_more_and_again_when_it_has_changed_meanwhile()
    {
        List<string> calls = [];
        var conflicts = 2;
        var kubectl = new KubectlEphemeral((arguments, input) =>
        {
            calls.Add(string.Join(' ', arguments));
            if (arguments[0] == "get")
                return Answer(
                    """
                    {"kind":"Pod","metadata":{"name":"web","resourceVersion":"7","uid":"uid"},
                    "spec":{"containers":[{"name":"main"}],"x":1}}
                    """);
            Assert.Contains("\"x\":1,\"ephemeralContainers\":[{\"name\":\"sshpod-1f2e3d4c\"", Text(input!), StringComparison.Ordinal);
            return conflicts-- > 0 ? Failed("Error from server (Conflict): Operation cannot be fulfilled on pods \"web\"") : Answer(Added);
        }, Named);
        Assert.Equal(EphemeralAnswer.Added, await kubectl.AddAsync(Container, Request));
        Assert.Equal(["get pod web -n app -o json",
            "replace --raw /api/v1/namespaces/app/pods/web/ephemeralcontainers?fieldManager=sshpod -f -"], calls[^2..]);
        Assert.Equal(6, calls.Count);
    }

    [Theory]
    [InlineData("Error from server (BadRequest): Pod in version \"v1\" cannot be handled as a EphemeralContainers: unknown conversion",
        "IsAlpha")]
    [InlineData("Error from server (NotFound): the server could not find the requested resource", "Ignored")]
    public async Task With_kubectl_an_older_server_is_known_by_what_it_says(string errorText, string expected)
    {
        var kubectl = new KubectlEphemeral((arguments, _) =>
            arguments[0] == "get" ? Answer("""{"metadata":{"name":"web","uid":"uid"},"spec":{}}""") : Failed(errorText), Named);
        Assert.Equal(expected, $"{await kubectl.AddAsync(Container, Request)}");
    }

    [Fact]
    public void With_kubectl_an_older_server_gets_an_object_of_its_own() => Assert.Equal(
        """{"apiVersion":"v1","kind":"EphemeralContainers","metadata":{"name":"web","namespace":"app","resourceVersion":"7","uid":"u"},"""
        + "\"ephemeralContainers\":" + """[{"name":"old"},{"name":"sshpod-1f2e3d4c","image":"busybox","targetContainerName":"main","""
        + "\"command\":" + """["sh"],"imagePullPolicy":"IfNotPresent"}]}""",
        Text(KubectlEphemeral.Body(
            """
            {"metadata":{"name":"web","namespace":"app","resourceVersion":"7","uid":"u"},
            "spec":{"ephemeralContainers":[{"name":"old"}]}}
            """u8,
            Request with { IsAlpha = true })));

    [Fact]
    public async Task With_kubectl_a_pod_of_the_same_name_that_has_come_meanwhile_is_left_alone()
    {
        List<string> calls = [];
        var kubectl = new KubectlEphemeral((arguments, _) =>
        {
            calls.Add(arguments[0]);
            return Answer("""{"metadata":{"name":"web","uid":"another"},"spec":{}}""");
        }, Named);
        await Assert.ThrowsAsync<ContainerNotFoundException>(() => kubectl.AddAsync(Container, Request));
        Assert.Equal(["get"], calls);
    }

    [Fact]
    public async Task With_kubectl_a_refusal_is_told_in_the_same_words()
    {
        var kubectl = new KubectlEphemeral((arguments, _) => arguments[0] == "get"
            ? Answer("""{"metadata":{"name":"web","uid":"uid"},"spec":{}}""")
            : Failed("Error from server (Forbidden): pods \"web\" is forbidden: User \"dev1\" cannot update resource "
                + "\"pods/ephemeralcontainers\" in API group \"\" in the namespace \"app\"\n"), Named);
        var refused = await Assert.ThrowsAsync<SshpodException>(() => kubectl.AddAsync(Container, Request));
        Assert.StartsWith("you may not update pods/ephemeralcontainers in namespace \"app\"; ", refused.Line, StringComparison.Ordinal);
    }

    private static NamedContext Named => new("test", Snapshot.Take());

    private static string Text(byte[] json) => System.Text.Encoding.UTF8.GetString(json);

    private static Task<(byte[] Output, string? ErrorText)> Answer(string json) =>
        Task.FromResult<(byte[], string?)>((System.Text.Encoding.UTF8.GetBytes(json), null));

    private static Task<(byte[] Output, string? ErrorText)> Failed(string errorText) =>
        Task.FromResult<(byte[], string?)>(([], errorText));

    private static FakeApiServer Server(string status, string answer, List<string>? heads = null) => new(async (head, stream) =>
    {
        heads?.Add(head);
        var length = int.Parse(head.Split("Content-Length: ")[1].Split("\r\n")[0], System.Globalization.CultureInfo.InvariantCulture);
        await stream.ReadExactlyAsync(new byte[length]);
        return await FakeApiServer.RespondAsync(stream, status, answer);
    });
}
