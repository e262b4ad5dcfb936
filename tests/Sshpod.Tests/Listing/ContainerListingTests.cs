using System.Globalization;
using System.Text.Json;
using Sshpod.Clusters;
using Sshpod.Clusters.Api;
using Sshpod.Clusters.Objects;
using Sshpod.Listing;
using Sshpod.Terminal;
using Sshpod.Tests.Clusters.Api;

namespace Sshpod.Tests.Listing;

public class ContainerListingTests
{
    [Fact]
    public async Task Thousands_of_pods_come_in_pages_of_500()
    {
        const int count = 5000;
        List<string> requests = [];
        await using var server = new FakeApiServer((head, stream) =>
        {
            requests.Add(head.Split(' ')[1]);
            var start = head.Contains("continue=", StringComparison.Ordinal)
                ? int.Parse(head.Split("continue=")[1].Split('%')[0], CultureInfo.InvariantCulture) : 0;
            return FakeApiServer.RespondAsync(stream, "200 OK",
                Page(Enumerable.Range(start, 500).Select(i => Pod($"p{i:0000}")), start + 500 < count ? $"{start + 500}/+" : ""));
        });
        var listed = await ListAsync(server, new PodScope(null, IsEverywhere: true));

        Assert.Equal(count, listed.Count);
        Assert.Equal("pod--p4999.namespace--app.context--test.sshpod", listed[^1].Host);
        Assert.Equal(["/api/v1/pods?limit=500", "/api/v1/pods?limit=500&continue=500%2F%2B"], requests[..2]);
        Assert.Equal((10, 1), (requests.Count, server.Connections));
    }

    [Fact]
    public async Task A_list_that_expires_is_restarted_without_duplicates()
    {
        List<string> requests = [];
        await using var server = new FakeApiServer((head, stream) =>
        {
            requests.Add(head.Split(' ')[1]);
            return requests.Count == 2
                ? FakeApiServer.RespondAsync(stream, "410 Gone",
                    """{"kind":"Status","reason":"Expired","message":"The provided continue parameter is too old"}""")
                : FakeApiServer.RespondAsync(stream, "200 OK",
                    head.Contains("continue=", StringComparison.Ordinal) ? Page([Pod("b")], "") : Page([Pod("a")], "x"));
        });
        Assert.Equal(["a", "b"], (await ListAsync(server, new PodScope("app"))).Select(container => container.Pod));
        Assert.Equal("/api/v1/namespaces/app/pods?limit=500", requests[2]);
    }

    [Fact]
    public async Task A_page_whose_token_stands_behind_its_pods_is_followed_by_the_next()
    {
        await using var server = new FakeApiServer((head, stream) => FakeApiServer.RespondAsync(stream, "200 OK",
            head.Contains("continue=", StringComparison.Ordinal) ? Page([Pod("b")], "")
                : $$"""{"kind":"PodList","items":[{{Pod("a")}}],"metadata":{"continue":"x"} }"""));
        Assert.Equal(["a", "b"], (await ListAsync(server, new PodScope("app"))).Select(container => container.Pod));
    }

    [Fact]
    public async Task A_list_that_always_expires_is_asked_for_in_one_piece_and_then_given_up()
    {
        List<string> requests = [];
        await using var server = new FakeApiServer((head, stream) =>
        {
            requests.Add(head.Split(' ')[1]);
            return FakeApiServer.RespondAsync(stream, "410 Gone", "{}");
        });
        var failure = await Assert.ThrowsAnyAsync<SshpodException>(() => ListAsync(server, new PodScope(null)));
        Assert.Equal("the API server of context \"test\" dropped the list of pods while it was read; name one namespace", failure.Line);
        Assert.Equal("/api/v1/namespaces/default/pods", requests[^1]);
        Assert.Equal(3, requests.Count);
    }

    [Fact]
    public async Task Containers_that_run_have_a_line_each_and_are_named_only_where_they_must_be()
    {
        await using var server = new FakeApiServer((_, stream) => FakeApiServer.RespondAsync(stream, "200 OK", Page(
        [
            Pod("two", containers: ["first", "second"]),
            Pod("one"),
            Pod("annotated", "\"annotations\":{\"kubectl.kubernetes.io/default-container\":\"second\"},", ["first", "second"]),
            Pod("starting", state: "waiting"),
            Pod("ending", "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\","),
            Pod("ended", "\"deletionTimestamp\":\"2026-01-01T00:00:00Z\",", phase: "Succeeded"),
            Pod("a.b"),
            """{"metadata":{"name":"odd","namespace":"app","uid":"u"},"spec":{},"status":{}}""",
        ], "")));
        Assert.Equal(
        [
            null,
            "container--first.pod--annotated.namespace--app.context--test.sshpod",
            "pod--annotated.namespace--app.context--test.sshpod",
            "pod--ending.namespace--app.context--test.sshpod",
            "pod--one.namespace--app.context--test.sshpod",
            "container--first.pod--two.namespace--app.context--test.sshpod",
            "container--second.pod--two.namespace--app.context--test.sshpod",
        ], (await ListAsync(server, new PodScope("app"))).Select(container => container.Host));
    }

    private static async Task<IReadOnlyList<ListedContainer>> ListAsync(FakeApiServer server, PodScope scope)
    {
        await using var cluster = new ApiCluster(server.Configuration());
        return await ContainerListing.ReadAsync(cluster, scope, Snapshot.Take(), default);
    }

    private static string Page(IEnumerable<string> pods, string next) =>
        $$"""{"kind":"PodList","metadata":{"continue":{{JsonSerializer.Serialize(next)}} },"items":[{{string.Join(',', pods)}}]}""";

    private static string Pod(string name, string metadata = "", string[]? containers = null, string state = "running",
        string phase = "Running")
    {
        containers ??= ["main"];
        var spec = string.Join(',', containers.Select(container => $$"""{"name":"{{container}}","image":"i"}"""));
        var status = string.Join(',', containers.Select(container => $$"""{"name":"{{container}}","state":{"{{state}}":{} } }"""));
        return $$"""
            {"metadata":{ {{metadata}}"name":"{{name}}","namespace":"app","uid":"uid-of-{{name}}",
            """ + $$"""
            "creationTimestamp":"2026-01-01T00:00:00Z"},
            "spec":{"nodeName":"node1","containers":[{{spec}}]},
            "status":{"phase":"{{phase}}","containerStatuses":[{{status}}]} }
            """;
    }
}
