using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

/// <summary>One side sends endlessly while the other is stopped: data in flight must wait at its source, not in sshpod.</summary>
[Collection(nameof(Alone))]
public sealed class StallTests(TestCluster cluster)
{
    // ssh's own windows of 2 MiB each would hide a buffer of ours, so use many. The socket sends endlessly and reads everything.
    private const int Channels = 60;

    private const int Much = 4 << 20;

    private const string Endless = """
        import os, socket, sys, threading
        def send(peer):
            while True: peer.sendall(bytes(65536))
        def take(peer):
            while peer.recv(65536): pass
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(sys.argv[1])
        listener.listen(100)
        def accept():
            while True:
                peer = listener.accept()[0]
                for work in send, take: threading.Thread(target=work, args=(peer,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()
        sys.stdin.read()
        os.remove(sys.argv[1])
        os._exit(0)
        """;

    [Theory]
    [InlineData("port-forward")]
    [InlineData("exec")]
    public async Task A_side_that_takes_nothing_costs_no_memory_and_the_rest_comes_when_it_takes_again(string tunnel)
    {
        var pod = $"endless-{tunnel}";
        await using var workstation = await Workstation.SetUpAsync(cluster);
        workstation.Environment["SSHPOD_TUNNEL"] = tunnel;
        await cluster.CreatePodAsync(pod, "debian:12");
        var host = workstation.Host($"pod--{pod}");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var local = workstation.File("endless");
        await using var ssh = new RunningProgram("ssh",
            ["-F", workstation.SshConfig, "-o", $"LocalForward={local} /tmp/endless", $"root@{host}",
                $"python3 -c '{Endless}' /tmp/endless"],
            workstation.Environment, PipeSource.Create((_, cancellation) => Task.Delay(Timeout.Infinite, cancellation)));
        var sshpod = await ProxyProcess.FindAsync(host);
        await Eventually.HoldsAsync("both sockets are there", async () => File.Exists(local)
            && (await cluster.ExecAsync(pod, "test", "-S", "/tmp/endless")).ExitCode == 0);
        var clients = new List<Socket>();
        try
        {
            for (var i = 0; i < Channels; i++)
            {
                clients.Add(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified));
                await clients[i].ConnectAsync(new UnixDomainSocketEndPoint(local), over.Token);
                _ = EndlesslyAsync(clients[i], over.Token);
            }
            await PassesAsync();

            Signal("STOP");
            await StandsStillAsync();
            Signal("CONT");
            await PassesAsync();

            // Every process of the server: the one that carries the session, and the one that listens.
            await SignalServerAsync("STOP");
            await StandsStillAsync();
            await SignalServerAsync("CONT");
            await PassesAsync();
        }
        finally
        {
            Signal("CONT");
            await over.CancelAsync();
            clients.ForEach(client => client.Dispose());
        }

        async Task PassesAsync()
        {
            var before = sshpod.Traffic;
            await Eventually.HoldsAsync("much passes both ways", () => before!.Value.Read + Much < sshpod.Traffic?.Read
                && before.Value.Written + Much < sshpod.Traffic?.Written);
        }

        async Task StandsStillAsync()
        {
            await Eventually.HoldsAsync("nothing passes any more", async () =>
            {
                var before = (sshpod.Traffic, sshpod.PeakMebibytes);
                await Task.Delay(TimeSpan.FromSeconds(2), over.Token);
                return before == (sshpod.Traffic, sshpod.PeakMebibytes);
            }, TimeSpan.FromSeconds(60));
            Assert.InRange(sshpod.PeakMebibytes ?? 0, 1, ProxyProcess.MostMebibytes);
        }

        void Signal(string name)
        {
            if (!ssh.Completion.IsCompleted)
                Process.Start("kill", [$"-{name}", ssh.ProcessId.ToString(CultureInfo.InvariantCulture)]).WaitForExit();
        }

        async Task SignalServerAsync(string name) => (await cluster.ExecAsync(pod, "sh", "-c",
            $"for p in /proc/[0-9]*; do case $(readlink $p/exe) in */sshpod/*/sshd)"
                + $" kill -{name} ${{p#/proc/}} || exit 1;; esac; done")).Successfully();
    }

    /// <summary>Sends endlessly, and reads everything.</summary>
    private static async Task EndlesslyAsync(Socket socket, CancellationToken over)
    {
        var (sent, taken) = (new byte[64 * 1024], new byte[64 * 1024]);
        await Task.WhenAll(SendAsync(), TakeAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        async Task SendAsync()
        {
            while (true)
                await socket.SendAsync(sent, over);
        }

        async Task TakeAsync()
        {
            while (await socket.ReceiveAsync(taken, over) > 0)
                continue;
        }
    }
}
