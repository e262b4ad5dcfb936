using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Sshpod.Bench;

/// <summary>
/// Running pods that exist in the API server alone: on a node that no kubelet has, with a status that is written by hand. They look like
/// pods of an application, so that a list of them has a realistic size.
/// </summary>
/// <param name="ns">Their namespace, which exists.</param>
internal sealed class PaperPods(string ns)
{
    // kubectl itself sends only a few requests a second, but not its proxy.
    private const int AtOnce = 16;

    private static readonly string[] Conditions = ["Initialized", "Ready", "ContainersReady", "PodScheduled"];

    private readonly string _node = $"{ns}-paper";

    /// <summary>Creates them, and the node: pods of a node that does not exist are removed after a minute.</summary>
    /// <param name="count">How many.</param>
    public async Task CreateAsync(int count)
    {
        using var proxy = Orphans.Spare(
            Process.Start(new ProcessStartInfo("kubectl", ["proxy", "--port=0"]) { RedirectStandardOutput = true })!);
        try
        {
            // "Starting to serve on 127.0.0.1:43210"
            var said = await proxy.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("kubectl proxy says nothing");
            using var client = new HttpClient { BaseAddress = new Uri($"http://{said[(said.LastIndexOf(' ') + 1)..]}/api/v1/") };
            await SendAsync(client, HttpMethod.Post, "nodes", Node());
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
            {
                await SendAsync(client, HttpMethod.Post, $"namespaces/{ns}/pods", Pod(number));
                await SendAsync(client, HttpMethod.Patch, $"namespaces/{ns}/pods/{Name(number)}/status", Status(number));
            });
        }
        finally
        {
            proxy.Kill();
        }
    }

    /// <summary>The command line of kubectl that removes the node; the pods go with their namespace, at once.</summary>
    public string Removal => $"delete node {_node} --ignore-not-found";

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"paper-{number:D5}");

    private static async Task SendAsync(HttpClient client, HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(
            method == HttpMethod.Patch ? "application/merge-patch+json" : "application/json");
        using var response = await client.SendAsync(request);
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
    }

    private string Node() => JsonSerializer.Serialize(new
    {
        apiVersion = "v1",
        kind = "Node",
        metadata = new { name = _node },
        spec = new { unschedulable = true },
    });

    private string Pod(int number) => JsonSerializer.Serialize(new
    {
        apiVersion = "v1",
        kind = "Pod",
        metadata = new
        {
            name = Name(number),
            labels = Numbered("app.kubernetes.io/label", 4, "a-value-of-a-label"),
            annotations = Numbered("example.org/annotation", 4, new string('x', 80)),
        },
        spec = new
        {
            nodeName = _node,
            terminationGracePeriodSeconds = 0,
            // The node is never ready.
            tolerations = new[] { new { @operator = "Exists" } },
            containers = new[]
            {
                new
                {
                    name = "main",
                    image = "registry.example/team/application:1.2.3",
                    env = Enumerable.Range(0, 16).Select(i => new { name = $"VARIABLE_{i}", value = "the value of a variable" }),
                    resources = new { limits = new { cpu = "1", memory = "1Gi" }, requests = new { cpu = "1m", memory = "1Mi" } },
                    volumeMounts = new[] { new { name = "cache", mountPath = "/var/cache/application" } },
                    readinessProbe = new { httpGet = new { path = "/ready", port = 8080 } },
                },
            },
            volumes = new[] { new { name = "cache", emptyDir = new { } } },
        },
    });

    private static string Status(int number) => JsonSerializer.Serialize(new
    {
        status = new
        {
            phase = "Running",
            conditions = Conditions.Select(type => new { type, status = "True" }),
            containerStatuses = new[]
            {
                new
                {
                    name = "main",
                    image = "registry.example/team/application:1.2.3",
                    imageID = $"registry.example/team/application@sha256:{new string('0', 64)}",
                    containerID = string.Create(CultureInfo.InvariantCulture, $"containerd://{number:x64}"),
                    ready = true,
                    started = true,
                    restartCount = 0,
                    state = new { running = new { startedAt = "2026-01-01T00:00:00Z" } },
                },
            },
        },
    });

    private static Dictionary<string, string> Numbered(string name, int count, string value) =>
        Enumerable.Range(0, count).ToDictionary(i => $"{name}-{i}", _ => value);
}
