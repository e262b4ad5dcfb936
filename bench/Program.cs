using System.Diagnostics;
using System.Globalization;
using System.Net;
using Sshpod.Bench;

// Measures sshpod against kubectl in one run on one cluster: that of KUBECONFIG, with the images from tests/cluster.
//   bench PROGRAM REPORT [TASK...]   only tasks whose names contain one of the words
// SSHPOD_BENCH_BEFORE is another sshpod, such as one from before a change, to compare with.
Orphans.Adopt();
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Crowd = 20, Throng = 200, Files = 1000, Mebibytes = 512, Colds = 6, Papers = 5000;
var program = Path.GetFullPath(args[0]);
var before = Environment.GetEnvironmentVariable("SSHPOD_BENCH_BEFORE") is { Length: > 0 } other ? Path.GetFullPath(other) : null;
var report = Path.GetFullPath(args[1]);
var words = args[2..];
var throng = $"`true`, {Throng} at once to {Crowd} pods";
var images = Environment.GetEnvironmentVariable("SSHPOD_TEST_IMAGES") ?? "localhost/";
var kubeconfig = Path.GetFullPath(Environment.GetEnvironmentVariable("KUBECONFIG")!);
var work = Directory.CreateTempSubdirectory("sshpod-bench-").FullName;
var ns = $"sshpod-bench-{Environment.ProcessId}";

var server = new Uri(await OutputAsync("config view --minify -o 'jsonpath={.clusters[0].cluster.server}'"));
using var relay = new Relay(new IPEndPoint((await Dns.GetHostAddressesAsync(server.Host))[0], server.Port), TimeSpan.FromMilliseconds(50));
using var cuttable = new Relay(new IPEndPoint((await Dns.GetHostAddressesAsync(server.Host))[0], server.Port), TimeSpan.Zero);
var farKubeconfig = await ThroughAsync(relay, "far");

var api = await ClientAsync("api", kubeconfig, "api");
var kubectl = await ClientAsync("kubectl", kubeconfig, "kubectl");
var farApi = await ClientAsync("far-api", farKubeconfig, "api");
var farKubectl = await ClientAsync("far-kubectl", farKubeconfig, "kubectl");
var sharing = await ClientAsync("sharing", kubeconfig, "api");
// A short name: its sockets have to fit. With the question that `configure` has ssh ask, and without it.
var (asking, unasking) = (await ClientAsync("ask", kubeconfig, "api", sharing: true), await ClientAsync("not", kubeconfig, "api"));
var (byExec, socket, socketByExec, farSpdy) = (await ClientAsync("exec", kubeconfig, "api", "exec"),
    await ClientAsync("websocket", kubeconfig, "api"), await ClientAsync("websocket-exec", kubeconfig, "api", "exec"),
    await ClientAsync("far-spdy", farKubeconfig, "api"));
foreach (var near in new[] { socket, socketByExec })
    near.PreferWebSocket(server);
farSpdy.PreferSpdy(new Uri($"https://127.0.0.1:{relay.Port}"));
var (earlier, farEarlier) = before is null ? (null, null)
    : (await ClientAsync("before", kubeconfig, "api", by: before), await ClientAsync("far-before", farKubeconfig, "api", by: before));
foreach (var far in new[] { farApi, farEarlier })
    far?.PreferWebSocket(new Uri($"https://127.0.0.1:{relay.Port}"));

var cut = await ClientAsync("cut", await ThroughAsync(cuttable, "through"), "api");
// The same cluster through exec and port-forward of a current API server, where there is one (bench/run.sh).
var front = Environment.GetEnvironmentVariable("SSHPOD_BENCH_FRONT") is { Length: > 0 } through
    ? new Clients(await ClientAsync("front", through, "api"), await ClientAsync("front-exec", through, "api", "exec"),
        await ClientAsync("front-kubectl", through, "kubectl"), await ClientAsync("front-socket", through, "api"),
        await ClientAsync("front-socket-exec", through, "api", "exec"))
    : null;
if (front is not null)
{
    var url = new Uri(await OutputAsync(
        $"config view --kubeconfig {Environment.GetEnvironmentVariable("SSHPOD_BENCH_FRONT")} --minify -o "
        + "'jsonpath={.clusters[0].cluster.server}'"));
    front.WebSocket.PreferWebSocket(url);
    front.WebSocketExec.PreferWebSocket(url);
}

var papers = new PaperPods($"{ns}-paper");
var rows = new List<Row>();
Process? forward = null;
try
{
    await OutputAsync($"create namespace {ns}");
    await RunPodAsync("near", "debian:12");
    for (var round = 0; round < Colds; round++)
    {
        await RunPodAsync($"cold-api-{round}", "busybox:1");
        await RunPodAsync($"cold-kubectl-{round}", "busybox:1");
    }
    for (var pod = 0; pod < Crowd && Wanted(throng); pod++)
        await RunPodAsync($"crowd-{pod}", "busybox:1");
    await OutputAsync($"wait --for=condition=ready pod --all -n {ns} --timeout=120s");

    var exec = $"kubectl exec near -n {ns} -- ";
    var container = new Container(script => OutputAsync($"exec near -n {ns} -- sh -c '{script}'"));
    var share = $"-o ControlMaster=auto -o ControlPath={work}/%C -o ControlPersist=60";
    await CompareAsync("`true`, warm", 15,
        new("kubectl exec", _ => api.RunAsync($"{exec}true")),
        new("ssh, api", _ => SshAsync(api, "near", "true")),
        new("ssh, api, WebSocket", _ => SshAsync(socket, "near", "true")),
        new("ssh, kubectl", _ => SshAsync(kubectl, "near", "true")),
        new("ssh, connection shared", _ => sharing.RunAsync($"ssh {share} {Ssh(sharing, "near", "true")}")));
    // What ssh pays for asking whether it may share: the second of each pair asks.
    await CompareAsync("`true`, warm, shared", 31,
        new("ssh, further session", _ => SshAsync(unasking, "near", "true", share)),
        new("ssh, further session, asking", _ => SshAsync(asking, "near", "true")),
        new("ssh, first session", _ => FirstAsync(unasking, share)),
        new("ssh, first session, asking", _ => FirstAsync(asking)));
    await CompareAsync("`true`, warm, 50 ms round trip", 7,
        new("kubectl exec", _ => farApi.RunAsync($"{exec}true")),
        new("ssh, api", _ => SshAsync(farApi, "near", "true")),
        new("ssh, api, SPDY", _ => SshAsync(farSpdy, "near", "true")),
        new("ssh, kubectl", _ => SshAsync(farKubectl, "near", "true")));
    await CompareAsync("`true`, cold", Colds - 1,
        new("kubectl exec", round => api.RunAsync($"kubectl exec cold-api-{round} -n {ns} -- true")),
        new("ssh, api", round => SshAsync(api, $"cold-api-{round}", "true")),
        new("ssh, kubectl", round => SshAsync(kubectl, $"cold-kubectl-{round}", "true")));
    await MeasureAsync(container, $"`true`, {Crowd} at once", 3,
        new("kubectl exec", _ => api.RunAsync(AtOnce(Crowd, $"{exec}true"))),
        new("ssh, api", _ => api.RunAsync(AtOnce(Crowd, $"ssh {Ssh(api, "near", "true")}"))),
        new("ssh, kubectl", _ => kubectl.RunAsync(AtOnce(Crowd, $"ssh {Ssh(kubectl, "near", "true")}"))));
    // All must succeed. The shell counts in $i.
    await CompareAsync(throng, 2,
        new("kubectl exec", _ => api.RunAsync(AtOnce(Throng, $"kubectl exec crowd-$((i % {Crowd})) -n {ns} -- true"))),
        new("ssh, api", _ => api.RunAsync(AtOnce(Throng, $"ssh {Ssh(api, $"crowd-$((i % {Crowd}))", "true")}"))));

    await MeasureAsync(container, "resumable, `true`, warm", 31, BeforeAnd(client => SshAsync(client, "near", "true")));
    await CompareAsync("resumable, `true`, warm, 50 ms round trip", 9,
        BeforeAnd(client => SshAsync(client == earlier ? farEarlier! : farApi, "near", "true")));
    var outages = new Outages(cut, $"-F {cut.SshConfig} root@{Host("near")}", cuttable);
    foreach (var seconds in new[] { 1, 5, 20 })
        await CompareAsync($"first byte after an outage of {seconds} s", 5,
            new("a session that prints", _ => outages.WaitAsync(TimeSpan.FromSeconds(seconds))),
            new("a line that is typed then", _ => outages.TypeAsync(TimeSpan.FromSeconds(seconds))));

    if (Wanted("copy") || Wanted("core") || Wanted("small") || Wanted("resumable"))
    {
        await api.RunAsync(
            $"head -c {Mebibytes}M /dev/urandom >{work}/big; mkdir {work}/small; for i in $(seq {Files}); do head -c 1000 /dev/urandom "
            + $">{work}/small/$i; done");
        await api.RunAsync($"kubectl cp {work}/big {ns}/near:/tmp/big");
        await SshAsync(kubectl, "near", "true");
    }
    forward = Wanted("copy") ? await ForwardAsync() : null;
    await MeasureAsync(container, $"copy {Mebibytes} MiB up", 3,
        new("kubectl cp", _ => api.RunAsync($"kubectl cp {work}/big {ns}/near:/tmp/up")),
        new("scp, api", _ => ScpUpAsync(api)),
        new("scp, api, WebSocket", _ => ScpUpAsync(socket)),
        new("scp, api, exec", _ => ScpUpAsync(byExec)),
        new("scp, api, exec, WebSocket", _ => ScpUpAsync(socketByExec)),
        new("scp, kubectl", _ => kubectl.RunAsync($"scp -q -F {kubectl.SshConfig} {work}/big root@{Host("near")}:/tmp/up")),
        new("scp, a kubectl port-forward by hand",
            _ => api.RunAsync($"scp -q -F {api.SshConfig} -o 'ProxyCommand=nc 127.0.0.1 {Port()}' {work}/big root@{Host("near")}:/tmp/up")),
        new("rsync, api",
            _ => api.RunAsync(
                $"rsync --inplace --ignore-times --whole-file -e 'ssh -F {api.SshConfig}' {work}/big root@{Host("near")}:/tmp/up")));
    await MeasureAsync(container, $"copy {Mebibytes} MiB down", 3,
        new("kubectl cp", _ => api.RunAsync($"kubectl cp {ns}/near:/tmp/big {work}/down")),
        new("scp, api", _ => ScpDownAsync(api)),
        new("scp, api, WebSocket", _ => ScpDownAsync(socket)),
        new("scp, api, exec", _ => ScpDownAsync(byExec)),
        new("scp, api, exec, WebSocket", _ => ScpDownAsync(socketByExec)),
        new("scp, kubectl", _ => kubectl.RunAsync($"scp -q -F {kubectl.SshConfig} root@{Host("near")}:/tmp/big {work}/down")),
        new("scp, a kubectl port-forward by hand", _ =>
            api.RunAsync($"scp -q -F {api.SshConfig} -o 'ProxyCommand=nc 127.0.0.1 {Port()}' root@{Host("near")}:/tmp/big {work}/down")),
        new("rsync, api",
            _ => api.RunAsync(
                $"rsync --inplace --ignore-times --whole-file -e 'ssh -F {api.SshConfig}' root@{Host("near")}:/tmp/big {work}/down")));
    await MeasureAsync(container, $"resumable, copy {Mebibytes} MiB up", 5, BeforeAnd(ScpUpAsync));
    await MeasureAsync(container, $"resumable, copy {Mebibytes} MiB down", 5, BeforeAnd(ScpDownAsync));
    string[] apart = [$"copy {Mebibytes} MiB up, a core each", $"copy {Mebibytes} MiB down, a core each"];
    if (apart.Any(Wanted) && await Cores.SplitAsync() is { } cores)
        await using (cores)
        {
            await MeasureAsync(container, apart[0], 3,
                new("kubectl cp", _ => api.RunAsync($"kubectl cp {work}/big {ns}/near:/tmp/up")),
                new("scp, api", _ => ScpUpAsync(api)),
                new("scp, api, exec", _ => ScpUpAsync(byExec)));
            await MeasureAsync(container, apart[1], 3,
                new("kubectl cp", _ => api.RunAsync($"kubectl cp {ns}/near:/tmp/big {work}/down")),
                new("scp, api", _ => ScpDownAsync(api)),
                new("scp, api, exec", _ => ScpDownAsync(byExec)));
        }
    if (front is not null)
    {
        await CompareAsync("`true`, warm, current API server", 15,
            new("kubectl exec", _ => front.Api.RunAsync($"{exec}true")),
            new("ssh, api", _ => SshAsync(front.Api, "near", "true")),
            new("ssh, kubectl", _ => SshAsync(front.Kubectl, "near", "true")));
        await MeasureAsync(container, $"copy {Mebibytes} MiB up, current API server", 3,
            new("kubectl cp", _ => front.Api.RunAsync($"kubectl cp {work}/big {ns}/near:/tmp/up")),
            new("scp, api", _ => ScpUpAsync(front.Api)),
            new("scp, api, SPDY in a WebSocket", _ => ScpUpAsync(front.WebSocket)),
            new("scp, api, exec", _ => ScpUpAsync(front.Exec)),
            new("scp, api, exec, WebSocket", _ => ScpUpAsync(front.WebSocketExec)),
            new("scp, kubectl", _ => ScpUpAsync(front.Kubectl)));
        await MeasureAsync(container, $"copy {Mebibytes} MiB down, current API server", 3,
            new("kubectl cp", _ => front.Api.RunAsync($"kubectl cp {ns}/near:/tmp/big {work}/down")),
            new("scp, api", _ => ScpDownAsync(front.Api)),
            new("scp, api, SPDY in a WebSocket", _ => ScpDownAsync(front.WebSocket)),
            new("scp, api, exec", _ => ScpDownAsync(front.Exec)),
            new("scp, api, exec, WebSocket", _ => ScpDownAsync(front.WebSocketExec)),
            new("scp, kubectl", _ => ScpDownAsync(front.Kubectl)));
    }
    await MeasureAsync(container, $"{Files} small files up", 3,
        new("kubectl cp", _ => api.RunAsync($"kubectl cp {work}/small {ns}/near:/tmp/")),
        new("scp -r, api", _ => api.RunAsync($"scp -q -r -F {api.SshConfig} {work}/small root@{Host("near")}:/tmp/")),
        new("rsync, api", _ => api.RunAsync($"rsync -a --ignore-times -e 'ssh -F {api.SshConfig}' {work}/small root@{Host("near")}:/tmp/")),
        new("tar through ssh, api", _ => api.RunAsync($"tar -C {work} -c small | ssh {Ssh(api, "near", "tar -C /tmp -x")}")));

    var memory = new[]
    {
        ("kubectl exec", await api.MemoryAsync($"kubectl exec near -n {ns} -- sleep 10", TimeSpan.FromSeconds(2))),
        ("ssh, api", await api.MemoryAsync($"ssh {Ssh(api, "near", "sleep 10")}", TimeSpan.FromSeconds(2))),
        ("ssh, kubectl", await kubectl.MemoryAsync($"ssh {Ssh(kubectl, "near", "sleep 10")}", TimeSpan.FromSeconds(2))),
    };
    // Mapped file pages count. Page cache that is no longer used does not, since the kernel can reclaim it.
    var inside = new List<(string Task, string Contender, double Mebibytes)>();
    foreach (var (task, contender, run) in new (string, string, Func<Task<Cost>>)[]
        {
            ("a session", "kubectl exec", () => api.RunAsync($"{exec}sleep 2")),
            ("a session", "ssh, api", () => SshAsync(api, "near", "sleep 2")),
            ("a copy up", "kubectl cp", () => api.RunAsync($"kubectl cp {work}/big {ns}/near:/tmp/up")),
            ("a copy up", "scp, api", () => api.RunAsync($"scp -q -F {api.SshConfig} {work}/big root@{Host("near")}:/tmp/up")),
            ("a copy down", "kubectl cp", () => api.RunAsync($"kubectl cp {ns}/near:/tmp/big {work}/down")),
            ("a copy down", "scp, api", () => api.RunAsync($"scp -q -F {api.SshConfig} root@{Host("near")}:/tmp/big {work}/down")),
        }.Where(row => Wanted("copy")))
        inside.Add(($"memory in the container of {task}", contender, await container.MemoryAsync(run())));

    // What carries a connection is the difference.
    foreach (var (name, client) in new[] { ("ssh, api", api), ("ssh, api, before", earlier) }.Where(_ => Wanted("resumable")))
        if (client is not null)
        {
            inside.Add(("resumable, memory in the container of a session", name, await container.MemoryAsync(
                SshAsync(client, "near", "sleep 5"))));
            inside.Add(("resumable, memory in the container of a copy up", name, await container.MemoryAsync(ScpUpAsync(client))));
        }

    // Last: thousands of objects keep the API server busy.
    string[] listing = [$"list {Papers} pods", $"TAB among {Papers} pods"];
    if (listing.Any(Wanted))
    {
        await OutputAsync($"create namespace {ns}-paper; "
            + $"for i in $(seq 50); do kubectl get serviceaccount default -n {ns}-paper && break; sleep 0.1; done");
        await papers.CreateAsync(Papers);
    }
    await CompareAsync(listing[0], 5,
        new("kubectl get pods", _ => api.RunAsync($"kubectl get pods -n {ns}-paper")),
        new("kubectl get pods -o json", _ => api.RunAsync($"kubectl get pods -n {ns}-paper -o json")),
        new("sshpod list, api", _ => api.RunAsync($"{program} list -n {ns}-paper")),
        new("sshpod list, kubectl", _ => kubectl.RunAsync($"{program} list -n {ns}-paper")));
    await CompareAsync(listing[1], 9,
        new("kubectl get pods -o name", _ => api.RunAsync($"kubectl get pods -n {ns}-paper -o name")),
        new("sshpod complete, warm", async _ =>
        {
            // Names younger than a few seconds start no process that asks for new ones.
            await api.RunAsync($"sleep 5; {program} complete refresh pod {ns}-paper ''");
            return await api.RunAsync($"{program} complete host ssh root@namespace--{ns}-paper.pod--paper-0");
        }));
    Report(memory, inside);

    // Ending the connection before is not counted.
    async Task<Cost> FirstAsync(Client client, string options = "")
    {
        var control = $"ssh {options} -F {client.SshConfig} root@{Host("near")} -O";
        await client.RunAsync($"if {control} check; then {control} exit; while {control} check; do sleep 0.01; done; fi");
        return await SshAsync(client, "near", "true", options);
    }

    Contender[] BeforeAnd(Func<Client, Task<Cost>> run) =>
    [
        .. earlier is null ? (Contender[])[] : [new("ssh, api, before", _ => run(earlier))],
        new("ssh, api", _ => run(api)),
    ];

    Task<Cost> ScpUpAsync(Client client) => client.RunAsync($"scp -q -F {client.SshConfig} {work}/big root@{Host("near")}:/tmp/up");
    Task<Cost> ScpDownAsync(Client client) => client.RunAsync($"scp -q -F {client.SshConfig} root@{Host("near")}:/tmp/big {work}/down");

    string Port() => File.ReadAllText(Path.Combine(work, "port"));

    // What users do without sshpod, here to the server that sshpod started: the same server, the same ssh.
    async Task<Process> ForwardAsync()
    {
        await SshAsync(api, "near", $"echo $SSH_CONNECTION >/tmp/connection");
        var remote = (await OutputAsync($"exec near -n {ns} -- cat /tmp/connection")).Trim().Split(' ')[^1];
        var process = Orphans.Spare(
            Process.Start(
                new ProcessStartInfo("kubectl",
                    ["port-forward", "near", "-n", ns, "--address", "127.0.0.1", $":{remote}"])
                { RedirectStandardOutput = true })!);
        File.WriteAllText(Path.Combine(work, "port"), (await process.StandardOutput.ReadLineAsync())!.Split(':')[1].Split(' ')[0]);
        _ = process.StandardOutput.ReadToEndAsync();
        return process;
    }
}
finally
{
    forward?.Kill();
    await OutputAsync($"delete namespace {ns} {ns}-paper --ignore-not-found --wait=false");
    await OutputAsync(papers.Removal);
    Directory.Delete(work, recursive: true);
}
return 0;

string Host(string pod) => $"pod--{pod}.namespace--{ns}.sshpod";
string Ssh(Client client, string pod, string command) => $"-F {client.SshConfig} root@{Host(pod)} '{command}'";
Task<Cost> SshAsync(Client client, string pod, string command, string options = "") =>
    client.RunAsync($"ssh {options} {Ssh(client, pod, command)}");
static string AtOnce(int count, string command) =>
    $"pids=; for i in $(seq {count}); do {command} & pids=\"$pids $!\"; done; for p in $pids; do wait $p || exit; done";
bool Wanted(string task) =>
    words.Length == 0 || words.Any(word => task.Contains(word, StringComparison.Ordinal) || word.Contains(task, StringComparison.Ordinal));

Task<string> RunPodAsync(string name, string image) => OutputAsync(
    $"run {name} -n {ns} --restart=Never --image={images}{image} --image-pull-policy=IfNotPresent --overrides '{{\"spec\": "
    + $"{{\"terminationGracePeriodSeconds\": 0}}}}' -- sleep 1000000");

// A kubeconfig that leads through a relay.
async Task<string> ThroughAsync(Relay way, string name)
{
    var file = Path.Combine(work, name);
    File.WriteAllText(file, await OutputAsync("config view --minify --flatten"));
    foreach (var (key, value) in new[] { ("server", $"https://127.0.0.1:{way.Port}"), ("tls-server-name", server.Host) })
        await OutputAsync($"--kubeconfig {file} config set clusters.$(kubectl config view --minify -o "
            + $"'jsonpath={{.clusters[0].name}}').{key} {value}");
    return file;
}

async Task<Client> ClientAsync(
    string name, string config, string transport, string tunnel = "auto", bool sharing = false, string? by = null)
{
    var client = new Client(Path.Combine(work, name), config, transport, tunnel);
    // Connections are not shared, except where that is what is measured.
    await client.RunAsync($"{by ?? program} configure --yes {(sharing ? "" : "--no-sharing")} --ssh-config {client.SshConfig}");
    return client;
}

Task CompareAsync(string task, int rounds, params Contender[] contenders) => MeasureAsync(null, task, rounds, contenders);

async Task MeasureAsync(Container? counted, string task, int rounds, params Contender[] contenders)
{
    if (!Wanted(task))
        return;
    Console.Error.WriteLine($"bench: {task}");
    rows.AddRange(await new Comparison(task, rounds, contenders, counted).MeasureAsync());
}

async Task<string> OutputAsync(string arguments)
{
    // bash execs kubectl.
    using var process = Orphans.Spare(
        Process.Start(new ProcessStartInfo("bash", ["-c", $"kubectl {arguments}"]) { RedirectStandardOutput = true })!);
    var output = await process.StandardOutput.ReadToEndAsync();
    await process.WaitForExitAsync();
    return process.ExitCode == 0 ? output : throw new InvalidOperationException($"kubectl {arguments}: exit {process.ExitCode}");
}

void Report((string Contender, double Mebibytes)[] memory, IEnumerable<(string Task, string Contender, double Mebibytes)> inside)
{
    var table = new List<string> { "| task | how | seconds | CPU seconds | in the container | ratio |", "|---|---|---|---|---|---|" };
    table.AddRange(
        rows.Select(row =>
            $"| {row.Task} | {row.Contender} | {row.Seconds:0.000} | {row.Cpu:0.000} | {row.ContainerCpu:0.000} | {row.Ratio:0.00} |"));
    table.AddRange(
        memory.Select(row =>
            $"| memory of one connection | {row.Contender} | {row.Mebibytes:0} MiB | | | {row.Mebibytes / memory[0].Mebibytes:0.00} |"));
    table.AddRange(inside.Select(row => $"| {row.Task} | {row.Contender} | | | {row.Mebibytes:0.0} MiB | |"));
    Console.WriteLine(string.Join('\n', table));
    if (words.Length > 0)
        return;
    const string Start = "<!-- make bench: start -->", End = "<!-- make bench: end -->";
    var text = File.ReadAllText(report);
    var (from, to) = (text.IndexOf(Start, StringComparison.Ordinal) + Start.Length, text.IndexOf(End, StringComparison.Ordinal));
    File.WriteAllText(report, $"{text[..from]}\n{string.Join('\n', table)}\n{text[to..]}");
}
