using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resuming.Outage;

namespace Sshpod.EndToEnd.Resuming;

/// <summary>The stream to the container breaks again and again, and ssh notices nothing: no byte is lost or doubled.</summary>
public sealed class CutTests(TestCluster cluster)
{
    private const int Size = 64 << 20, Cuts = 10;

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task Scp_both_ways_goes_on_and_the_files_are_equal(string tunnel)
    {
        var pod = $"cut-scp-{tunnel}";
        await cluster.CreatePodAsync(pod, "debian:12");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await File.WriteAllBytesAsync(workstation.File("there"), bytes);
        var remote = $"root@{workstation.Host($"pod--{pod}")}:/tmp/file";

        var up = workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, workstation.File("there"), remote);
        var cuts = await CutAsync(NotesOf(workstation), relay, up, Cuts);
        (await up).Quietly();
        var down = workstation.RunAsync("scp", "-q", "-F", workstation.SshConfig, remote, workstation.File("back"));
        cuts += await CutAsync(NotesOf(workstation), relay, down, Cuts);
        (await down).Quietly();

        var back = await File.ReadAllBytesAsync(workstation.File("back"));
        Assert.True(bytes.AsSpan().SequenceEqual(back), "the files differ");
        Assert.NotEqual(0, cuts);
        await NothingIsLeftAsync(cluster, pod);
        Assert.Empty(Directory.GetFiles(workstation.File("cache/sshpod/resume")));
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task A_session_answers_each_line_once_and_in_order(string tunnel)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        var sent = new StringBuilder();
        var session = workstation.SshAsync(PipeSource.Create(async (stdin, cancellation) =>
        {
            for (var i = 0; i < 200; i++)
            {
                sent.Append(i).Append('\n');
                await stdin.WriteAsync(Encoding.ASCII.GetBytes($"{i}\n"), cancellation);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(40)), cancellation);
            }
        }), "pod--busybox", "cat");
        Assert.NotEqual(0, await CutAsync(NotesOf(workstation), relay, session, int.MaxValue));
        Assert.Equal(sent.ToString(), (await session).Quietly().Text);
    }

    [Theory]
    [InlineData(PortForward)]
    [InlineData(Exec)]
    public async Task Wherever_in_its_beginning_a_connection_is_cut_its_command_runs(string tunnel)
    {
        var (workstation, relay) = await PutBehindRelayAsync(cluster, tunnel);
        await using var _ = workstation;
        await using var __ = relay;
        (await workstation.SshAsync("pod--busybox", "true")).Quietly();
        for (var milliseconds = 0; milliseconds <= 500; milliseconds += 50)
        {
            var session = workstation.SshAsync("pod--busybox", "echo in; sleep 1; echo still");
            await Task.Delay(milliseconds);
            relay.Cut();
            var ended = await session;
            // Before there is a tunnel there is nothing to go on with: then the line says so, as of any connection that fails.
            if (ended.ExitCode != 0)
                Assert.StartsWith("sshpod: ", ended.Error, StringComparison.Ordinal);
            else
                Assert.Equal("in\nstill\n", ended.Quietly().Text);
        }
    }

    [Fact]
    public async Task Rsync_goes_on()
    {
        await cluster.CreatePodAsync("cut-rsync", "debian:12");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        var bytes = RandomNumberGenerator.GetBytes(Size);
        await File.WriteAllBytesAsync(workstation.File("there"), bytes);
        var sync = workstation.RunAsync("rsync", "-e", workstation.SshCommand, workstation.File("there"),
            $"root@{workstation.Host("pod--cut-rsync")}:/tmp/file");
        Assert.NotEqual(0, await CutAsync(NotesOf(workstation), relay, sync, Cuts));
        (await sync).Quietly();
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)),
            (await cluster.ExecAsync("cut-rsync", "sha256sum", "/tmp/file")).Successfully().Text.Split(' ')[0]);
    }

    [Fact]
    public async Task A_stream_of_a_forwarded_port_goes_on()
    {
        await cluster.CreatePodAsync("cut-forward", "busybox:1");
        (await cluster.ExecAsync("cut-forward", "sh", "-c", "(nc -lk -p 7000 -e cat </dev/null >/dev/null 2>&1 &)")).Successfully();
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        var port = FreePort.Find();
        await using var ssh = workstation.StartSsh("-N", "-L", $"{port}:127.0.0.1:7000", $"root@{workstation.Host("pod--cut-forward")}");
        using var client = new TcpClient();
        await Eventually.HoldsAsync("the port is forwarded", async () =>
        {
            try
            {
                await client.ConnectAsync("127.0.0.1", port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        await using var stream = client.GetStream();
        for (var i = 0; i < 20; i++)
        {
            var line = Encoding.ASCII.GetBytes($"line {i}\n");
            await stream.WriteAsync(line);
            if (i % 4 == 0)
                relay.Cut();
            var back = new byte[line.Length];
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await stream.ReadExactlyAsync(back, limit.Token);
            Assert.Equal(line, back);
        }
        Assert.False(ssh.Completion.IsCompleted, ssh.Error);
    }
}
