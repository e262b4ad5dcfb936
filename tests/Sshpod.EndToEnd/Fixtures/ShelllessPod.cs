using System.Text.RegularExpressions;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A pod whose container <c>main</c> has no shell, and the helpers that its record keeps.</summary>
/// <param name="Cluster">Where it runs.</param>
/// <param name="Name">Its name.</param>
public sealed partial record ShelllessPod(TestCluster Cluster, string Name)
{
    /// <summary>Fields of a container that runs as the user of images without a shell.</summary>
    public const string Nonroot = "securityContext: {runAsUser: 65532, runAsGroup: 65532}";

    /// <summary>Fields of a container in which nothing can be written, and so the server has no place.</summary>
    public const string NoPlace = "securityContext: {runAsUser: 65532, runAsGroup: 65532, readOnlyRootFilesystem: true}";

    /// <summary>The first parts of its host name.</summary>
    public string Target => $"pod--{Name}";

    /// <summary>Creates one with no other container, and waits until it is ready.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">Its name.</param>
    /// <param name="container">Further fields of the container, in YAML flow style.</param>
    /// <param name="spec">Further fields of the pod's spec, in YAML flow style.</param>
    public static async Task<ShelllessPod> CreateAsync(TestCluster cluster, string name, string container = "", string spec = "")
    {
        await cluster.CreatePodAsync(name, "static:1", container, spec);
        return new ShelllessPod(cluster, name);
    }

    /// <summary>
    /// Creates one whose main process is a script: its busybox comes from a volume, and neither PATH nor <c>/bin/sh</c> leads to it.
    /// </summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">Its name.</param>
    /// <param name="script">What it runs before it waits; programs are applets of <c>$b</c>.</param>
    public static async Task<ShelllessPod> CreateWithScriptAsync(TestCluster cluster, string name, string script)
    {
        await cluster.ApplyAsync($$$"""
            apiVersion: v1
            kind: Pod
            metadata: {name: {{{name}}}}
            spec:
              terminationGracePeriodSeconds: 0
              volumes: [{name: tools, emptyDir: {}}]
              initContainers:
              - {name: prepare, image: "IMAGES/busybox:1", command: [cp, /bin/busybox, /tools/busybox],
                 volumeMounts: [{name: tools, mountPath: /tools}]}
              containers:
              - name: main
                image: "IMAGES/static:1"
                volumeMounts: [{name: tools, mountPath: /tools, readOnly: true}]
                command:
                - /tools/busybox
                - sh
                - -ec
                - |
                  b=/tools/busybox
                  {{{script.Replace("\n", "\n      ", StringComparison.Ordinal)}}}
            """);
        await cluster.WaitReadyAsync($"pod/{name}");
        return new ShelllessPod(cluster, name);
    }

    /// <summary>A machine with sshpod on which the helper's image is one that the cluster has.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="consent">The value of <c>SSHPOD_EPHEMERAL</c>; null leaves it unset.</param>
    public static async Task<Workstation> SetUpAsync(TestCluster cluster, string? consent = "always")
    {
        var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_EPHEMERAL"] = consent;
        workstation.Environment["SSHPOD_EPHEMERAL_IMAGE"] = TestCluster.Image("busybox:1");
        return workstation;
    }

    /// <summary>The version of the pod's record, which each change of it changes.</summary>
    public Task<string> VersionAsync() => FieldAsync("{.metadata.resourceVersion}");

    /// <summary>The names of the helpers that were added.</summary>
    public async Task<string[]> HelpersAsync() =>
        [.. (await FieldAsync("{.spec.ephemeralContainers[*].name}")).Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Where(name => HelperName().IsMatch(name))];

    /// <summary>The only helper that was added.</summary>
    public async Task<string> OnlyHelperAsync() => Assert.Single(await HelpersAsync());

    /// <summary>Whether a helper runs.</summary>
    public async Task<bool> RunsAsync(string helper) => (await StateAsync(helper, "running.startedAt")).Length > 0;

    /// <summary>Waits until a helper has ended, and fails the test unless it did so of its own accord.</summary>
    public async Task HasEndedWellAsync(string helper)
    {
        var exitCode = "";
        await Eventually.HoldsAsync($"{helper} ends", async () => (exitCode = await StateAsync(helper, "terminated.exitCode")).Length > 0,
            TimeSpan.FromSeconds(30));
        Assert.Equal("0", exitCode);
    }

    /// <summary>Adds a container of the test's own, which sees the processes of <c>main</c>, and so its files.</summary>
    public async Task<Watcher> WatchAsync()
    {
        string[] context = Cluster.Context is { } name ? ["--context", name] : [];
        (await Run.ProgramAsync(Kubectl, [.. context, "debug", Name, "-n", Cluster.Namespace, "-c", "watcher",
            "--target=main", $"--image={TestCluster.Image("busybox:1")}"])).Successfully();
        await Eventually.HoldsAsync("the watcher runs", () => RunsAsync("watcher"), TimeSpan.FromSeconds(30));
        return new Watcher(this);
    }

    /// <summary>A field of the pod.</summary>
    /// <param name="jsonPath">Which.</param>
    public async Task<string> FieldAsync(string jsonPath) =>
        (await Cluster.KubectlAsync("get", "pod", Name, "-n", Cluster.Namespace, "-o", $"jsonpath={jsonPath}")).Successfully().Text;

    /// <summary>The lines of sshpod itself in what ssh has printed.</summary>
    public static string[] Lines(Outcome outcome) =>
        [.. outcome.Error.Split('\n').Where(line => line.StartsWith("sshpod: ", StringComparison.Ordinal))
            .Select(line => line.TrimEnd('\r'))];

    // Before 1.23 ephemeral containers used another API, so the local cluster needs the kubectl that was built with it.
    private static string Kubectl =>
        Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } kubeconfig
        && Path.Combine(Path.GetDirectoryName(kubeconfig)!, "bin/kubectl") is var own && File.Exists(own) ? own : "kubectl";

    private Task<string> StateAsync(string helper, string field) =>
        FieldAsync($"{{.status.ephemeralContainerStatuses[?(@.name==\"{helper}\")].state.{field}}}");

    [GeneratedRegex("^sshpod-[0-9a-f]{8}$")]
    private static partial Regex HelperName();
}

/// <summary>A container that sees the files of <c>main</c> below <c>/proc/1/root</c>.</summary>
/// <param name="Pod">The pod of both.</param>
public sealed record Watcher(ShelllessPod Pod)
{
    /// <summary>Runs a command there.</summary>
    public async Task<string> RunAsync(params string[] command) =>
        (await Pod.Cluster.KubectlAsync(["exec", Pod.Name, "-n", Pod.Cluster.Namespace, "-c", "watcher", "--", .. command]))
            .Successfully().Text;

    /// <summary>All files below <c>/tmp</c> of <c>main</c>, by their paths there.</summary>
    public async Task<string[]> TmpAsync() =>
        [.. (await RunAsync("sh", "-c", "cd /proc/1/root/tmp && find . -mindepth 1")).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Order(StringComparer.Ordinal)];
}
