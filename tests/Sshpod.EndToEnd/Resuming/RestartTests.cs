using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>What is between ssh and the container goes away and comes back. Only the local cluster's can be restarted.</summary>
[Collection(nameof(Alone))]
[Trait(Suites.Name, Suites.Once)]
public sealed class RestartTests(TestCluster cluster)
{
    // `make soak` sets a minute.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(Setting("SSHPOD_SOAK_SILENCE", 20));

    // The API server takes this long to come back, and a container runtime that has much to do.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task The_api_server_restarts_in_the_middle_of_everything()
    {
        Assert.SkipUnless(cluster.IsLocal, "the API server of a cluster that is not ours is not restarted");
        await using var reader = await Reader.SetUpAsync(cluster, "restart-api");
        var workstation = reader.Workstation;
        (await cluster.ExecAsync("restart-api", "sh", "-c",
            "python3 -c 'import socketserver as s; s.ThreadingTCPServer((\"127.0.0.1\", 7000),"
            + " type(\"E\", (s.StreamRequestHandler,), {\"handle\": lambda e: [e.wfile.write(l) for l in e.rfile]})).serve_forever()'"
            + " </dev/null >/dev/null 2>&1 &")).Successfully();
        await using var other = await Workstation.SetUpAsync(cluster);
        await using var session = await Conversation.BeginAsync(other, "pod--restart-api");
        await using var exec = await BeginAsync(other, "restart-api", Exec);
        var (forward, stream) = await ForwardedAsync(other, "restart-api");
        await using var _ = forward;
        await using var __ = stream;
        var bytes = RandomNumberGenerator.GetBytes(128 << 20);
        await File.WriteAllBytesAsync(other.File("there"), bytes);
        var remote = $"root@{other.Host("pod--restart-api")}:/tmp/";
        // Slow enough to be under way when the server ends.
        var scp = other.RunAsync("scp", "-q", "-l", "80000", "-F", other.SshConfig, other.File("there"), $"{remote}scp");
        var rsync = other.RunAsync("rsync", "--bwlimit=10000", "-e", other.SshCommand, other.File("there"), $"{remote}rsync");
        await File.WriteAllTextAsync(workstation.File("many.yaml"), """
            - hosts: pods
              gather_facts: false
              tasks:
                - ansible.builtin.shell: "sleep 1; echo {{ item }} >>/tmp/tasks"
                  loop: "{{ range(12) | list }}"
            """);
        await File.WriteAllTextAsync(workstation.File("inventory.ini"),
            reader.Fill("[pods]\npod--NAME.namespace--NS.sshpod ansible_user=root\n"));
        var ansible = reader.ShellAsync("ansible-playbook -i inventory.ini many.yaml");
        await Eventually.HoldsAsync("all of them are under way", async () =>
            (await cluster.ExecAsync("restart-api", "sh", "-c", "test -s /tmp/scp && test -s /tmp/tasks")).ExitCode == 0);

        await TestCluster.RestartApiServerAsync();
        FaultReport.GoesOn("API server restarted, session", await session.AnswersAsync(Limit), Limit);
        FaultReport.GoesOn("API server restarted, session through exec", await exec.AnswersAsync(Limit), Limit);
        await EchoesAsync(stream);
        FaultReport.Record("API server restarted, scp", await scp, within: Limit);
        FaultReport.Record("API server restarted, rsync", await rsync, within: Limit);
        Assert.Contains("changed=1", (await ansible).Successfully().Text, StringComparison.Ordinal);
        Assert.Equal(string.Concat(Enumerable.Range(0, 12).Select(i => $"{i}\n")),
            (await cluster.ExecAsync("restart-api", "cat", "/tmp/tasks")).Successfully().Text);
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        foreach (var file in new[] { "/tmp/scp", "/tmp/rsync" })
            Assert.StartsWith(hash, (await cluster.ExecAsync("restart-api", "sha256sum", file)).Successfully().Text,
                StringComparison.Ordinal);
        await session.EndAsync();
        await exec.EndAsync();
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task The_kubelet_restarts(string tunnel)
    {
        Assert.SkipUnless(cluster.IsLocal, "the kubelet of a cluster that is not ours is not restarted");
        await GoesOnAfterAsync("kubelet restarted", tunnel, async () =>
        {
            await TestCluster.StopKubeletAsync();
            await TestCluster.StartKubeletAsync();
        });
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task The_container_runtime_restarts(string tunnel)
    {
        Assert.SkipUnless(cluster.IsLocal, "the container runtime of a cluster that is not ours is not restarted");
        await GoesOnAfterAsync("containerd restarted", tunnel, TestCluster.RestartContainerdAsync);
    }

    [Fact]
    public async Task The_path_to_the_cluster_is_silent_for_a_while()
    {
        Assert.SkipUnless(cluster.IsLocal, "the path to a cluster that is not ours is not ours either");
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var session = await BeginAsync(workstation, "busybox", PortForward);
        await using var exec = await BeginAsync(workstation, "busybox", Exec);
        await TestCluster.CutLinkAsync();
        try
        {
            session.Say();
            await Task.Delay(Silence);
        }
        finally
        {
            await TestCluster.MendLinkAsync();
        }
        FaultReport.GoesOn($"path silent for {Silence.TotalSeconds:0} s, port-forward", await session.AnswersAsync(Limit), Limit);
        FaultReport.GoesOn($"path silent for {Silence.TotalSeconds:0} s, exec", await exec.AnswersAsync(Limit), Limit);
        await session.EndAsync();
        await exec.EndAsync();
    }

    private async Task GoesOnAfterAsync(string fault, string tunnel, Func<Task> restart)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        await using var session = await BeginAsync(workstation, "busybox", tunnel);
        await restart();
        FaultReport.GoesOn($"{fault}, {tunnel}", await session.AnswersAsync(Limit), Limit);
        await session.EndAsync();
    }

    private static async Task<Conversation> BeginAsync(Workstation workstation, string pod, string tunnel)
    {
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        try
        {
            return await Conversation.BeginAsync(workstation, $"pod--{pod}");
        }
        finally
        {
            workstation.Environment.Remove("SSHPOD_TUNNEL");
        }
    }

    private static async Task<(RunningProgram Ssh, NetworkStream Stream)> ForwardedAsync(Workstation workstation, string pod)
    {
        var port = FreePort.Find();
        var ssh = workstation.StartSsh("-N", "-L", $"127.0.0.1:{port}:127.0.0.1:7000", $"root@{workstation.Host($"pod--{pod}")}");
        NetworkStream? stream = null;
        await Eventually.HoldsAsync("the port is forwarded", async () =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", port);
                stream = new NetworkStream(socket, ownsSocket: true);
                return true;
            }
            catch (SocketException)
            {
                socket.Dispose();
                return false;
            }
        });
        await EchoesAsync(stream!);
        return (ssh, stream!);
    }

    private static async Task EchoesAsync(NetworkStream stream)
    {
        var said = Encoding.ASCII.GetBytes($"{Guid.NewGuid()}\n");
        await stream.WriteAsync(said);
        var heard = new byte[said.Length];
        using var limit = new CancellationTokenSource(Limit);
        await stream.ReadExactlyAsync(heard, limit.Token);
        Assert.Equal(said, heard);
    }

    private static int Setting(string variable, int usual) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? int.Parse(value, System.Globalization.CultureInfo.InvariantCulture) : usual;
}
