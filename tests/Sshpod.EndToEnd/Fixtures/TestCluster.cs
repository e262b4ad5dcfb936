using CliWrap;

[assembly: AssemblyFixture(typeof(Sshpod.EndToEnd.Fixtures.TestCluster))]

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>
/// The real cluster of this run: the kubeconfig in KUBECONFIG, and its context SSHPOD_TEST_CONTEXT if that is set. `make test` brings one
/// up and sets them. Each run has its own namespace, which it deletes.
/// </summary>
public sealed class TestCluster : IAsyncLifetime
{
    // Pods are gone after this; otherwise a container's main process does not react to SIGTERM fast enough.
    private const string Immediately = "--grace-period=0";

    /// <summary>The namespace of this run.</summary>
    public string Namespace { get; } = $"sshpod-e2e-{Guid.NewGuid():N}"[..24];

    /// <summary>The context; null for the current one.</summary>
    public string? Context { get; } = Environment.GetEnvironmentVariable("SSHPOD_TEST_CONTEXT") is { Length: > 0 } context ? context : null;

    /// <summary>Whether it is the one that tests/cluster brings up.</summary>
    public bool IsLocal => Context is null;

    /// <summary>The program that brings the local one up.</summary>
    public static string Script { get; } = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../cluster/cluster"));

    /// <summary>Where the test images are: localhost/ on the local cluster, elsewhere a registry that the cluster can pull from.</summary>
    private static string ImagePrefix => Environment.GetEnvironmentVariable("SSHPOD_TEST_IMAGES") ?? "localhost/";

    /// <summary>The full name of a test image.</summary>
    public static string Image(string name) => ImagePrefix + name;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        (await KubectlAsync("create", "namespace", Namespace)).Successfully();
        await ApplyAsync(PodsOfAllTests);
        foreach (var pod in new[] { "busybox", "debian", "musl", "two", "git-server" })
            await WaitReadyAsync($"pod/{pod}");
        (await KubectlAsync("wait", "--for=condition=available", "--timeout=60s", "deployment/web", "-n", Namespace)).Successfully();
        await WaitReadyAsync("pod", "--selector=job-name=batch");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() =>
        (await KubectlAsync("delete", "namespace", Namespace, "--wait=false", Immediately, "--force")).ToString();

    /// <summary>Kills the local cluster's API server, and returns when it is back.</summary>
    public static Task RestartApiServerAsync() => LocalAsync("restart-api");

    /// <summary>Ends the kubelet of the local cluster's node.</summary>
    public static Task StopKubeletAsync() => LocalAsync("kubelet-down");

    /// <summary>Starts it again, and returns when the API server reaches it.</summary>
    public static Task StartKubeletAsync() => LocalAsync("kubelet-up");

    /// <summary>Restarts the container runtime of the local cluster's node; containers go on meanwhile.</summary>
    public static Task RestartContainerdAsync() => LocalAsync("restart-containerd");

    /// <summary>Makes the path to the local cluster silent: nothing is closed, and nothing comes back.</summary>
    public static Task CutLinkAsync() => LocalAsync("link-down");

    /// <summary>Mends it.</summary>
    public static Task MendLinkAsync() => LocalAsync("link-up");

    /// <summary>Runs kubectl against the cluster.</summary>
    public Task<Outcome> KubectlAsync(params string[] arguments) => KubectlAsync(null, arguments);

    /// <summary>Runs kubectl against the cluster, with input.</summary>
    public Task<Outcome> KubectlAsync(PipeSource? input, params string[] arguments) =>
        Run.ProgramAsync("kubectl", Context is null ? arguments : ["--context", Context, .. arguments], input: input);

    /// <summary>Applies objects in the namespace of this run; <c>IMAGES/</c> in image names is replaced by their location.</summary>
    public async Task ApplyAsync(string yaml) =>
        (await KubectlAsync(PipeSource.FromString($"---\n{yaml}".Replace("IMAGES/", ImagePrefix, StringComparison.Ordinal)), "apply",
            "-n", Namespace, "-f", "-")).Successfully();

    /// <summary>Creates a pod with one container named main, and waits until it is ready. It is deleted along with the namespace.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="image">Name and tag of a test image.</param>
    /// <param name="container">Further fields of the container, in YAML flow style.</param>
    /// <param name="spec">Further fields of the pod's spec, in YAML flow style.</param>
    public async Task CreatePodAsync(string name, string image, string container = "", string spec = "")
    {
        await ApplyAsync(Pod(name, $"{{name: main, image: IMAGES/{image}{Append(container)}}}", spec));
        await WaitReadyAsync($"pod/{name}");
    }

    /// <summary>
    /// Puts a pod into the place of one of the same name. That one ends first: if its object were gone while its container still ends, as
    /// without a grace period, a kubelet before 1.26 may lead an exec to either (kubernetes#113041).
    /// </summary>
    public async Task ReplacePodAsync(string name, string image)
    {
        (await KubectlAsync("delete", "pod", name, "-n", Namespace, "--grace-period=1")).Successfully();
        await CreatePodAsync(name, image);
    }

    /// <summary>Waits until pods are ready.</summary>
    public async Task WaitReadyAsync(params string[] which) =>
        (await KubectlAsync(["wait", "--for=condition=ready", "--timeout=60s", "-n", Namespace, .. which])).Successfully();

    /// <summary>Creates a CronJob. Servers before 1.21 have only batch/v1beta1, and those since 1.25 only batch/v1.</summary>
    public async Task CreateCronJobAsync(string name, string schedule)
    {
        var old = (await KubectlAsync("api-versions")).Successfully().Text.Split('\n').Contains("batch/v1beta1");
        await ApplyAsync($"""
            apiVersion: batch/{(old ? "v1beta1" : "v1")}
            kind: CronJob
            metadata:
              name: {name}
            spec:
              schedule: "{schedule}"
              concurrencyPolicy: Forbid
              jobTemplate:
                spec:
                  template:
                    spec:
                      terminationGracePeriodSeconds: 0
                      restartPolicy: Never
                      containers:
                      - name: main
                        image: IMAGES/busybox:1
            """);
    }

    /// <summary>Waits until this minute's job runs.</summary>
    public Task WaitForJobAsync(string cronJob) => Eventually.HoldsAsync("the job of this minute runs", async () =>
        (await KubectlAsync("get", "pods", "-n", Namespace)).Text.Split('\n')
        .Any(line => line.StartsWith($"{cronJob}-", StringComparison.Ordinal) && line.Contains("1/1", StringComparison.Ordinal)),
        TimeSpan.FromSeconds(100));

    /// <summary>A token of a service account in the namespace of this run.</summary>
    public async Task<string> TokenOfAsync(string serviceAccount)
    {
        await ApplyAsync($$$"""
            {apiVersion: v1, kind: Secret, type: kubernetes.io/service-account-token,
             metadata: {name: {{{serviceAccount}}}-token, annotations: {kubernetes.io/service-account.name: {{{serviceAccount}}} } } }
            """);
        var token = "";
        await Eventually.HoldsAsync($"{serviceAccount} has a token", async () => (token =
            (await KubectlAsync("get", "secret", $"{serviceAccount}-token", "-n", Namespace, "-o",
                "jsonpath={.data.token}")).Text).Length > 0);
        return System.Text.Encoding.ASCII.GetString(Convert.FromBase64String(token));
    }

    /// <summary>Creates a ServiceAccount that may do everything in the namespace of this run.</summary>
    /// <returns>Its token.</returns>
    public async Task<string> CreateAdminAsync(string name)
    {
        await ApplyAsync($$$"""
            {apiVersion: v1, kind: ServiceAccount, metadata: {name: {{{name}}} }}
            ---
            {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: {{{name}}} },
             roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin},
            """ + $$$"""
             subjects: [{kind: ServiceAccount, name: {{{name}}}, namespace: {{{Namespace}}} }]}
            """);
        return await TokenOfAsync(name);
    }

    /// <summary>Runs a command in a container through kubectl exec, which users compare us with.</summary>
    public Task<Outcome> ExecAsync(string pod, params string[] command) => KubectlAsync(["exec", pod, "-n", Namespace, "--", .. command]);

    private static async Task LocalAsync(string command) =>
        (await Run.ProgramAsync(Script, [command])).Successfully();

    private static string Append(string fields) => fields.Length > 0 ? $", {fields}" : "";

    private static string Pod(string name, string containers, string spec = "") => $$$"""
        ---
        {apiVersion: v1, kind: Pod, metadata: {name: {{{name}}}},
        """ + $$$"""
         spec: {terminationGracePeriodSeconds: 0, containers: [{{{containers}}}]{{{Append(spec)}}}}}

        """;

    private static string PodsOfAllTests =>
        Pod("busybox", "{name: main, image: IMAGES/busybox:1}")
        + Pod("debian", "{name: main, image: IMAGES/debian:12}")
        + Pod("musl", "{name: main, image: IMAGES/musl:1}")
        + Pod("two", "{name: first, image: IMAGES/busybox:1}, {name: second, image: IMAGES/debian:12}")
        + Pod("git-server",
            """{name: main, image: IMAGES/git-server:1,"""
                + """ command: [sh, -c, "mkdir -p /run/sshd && ssh-keygen -A && exec /usr/sbin/sshd -D -e"]}""")
        + """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          replicas: 2
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {terminationGracePeriodSeconds: 0, containers: [{name: main, image: IMAGES/busybox:1}]}
        ---
        apiVersion: batch/v1
        kind: Job
        metadata: {name: batch}
        spec: {template: {spec: {terminationGracePeriodSeconds: 0, restartPolicy: Never,
        """ + """
         containers: [{name: main, image: IMAGES/debian:12}]}}}

        """;
}
