using System.Security.Cryptography;
using System.Text;
using CliWrap;
using Sshpod.EndToEnd.Fixtures;
using static Sshpod.EndToEnd.Resume.Outage;

namespace Sshpod.EndToEnd.Resume;

/// <summary>Another container of the pod has the same loopback interface, and tries to get at a connection of ours.</summary>
[Trait(Suites.Name, Suites.Once)]
public sealed class SidecarTests(TestCluster cluster)
{
    [Fact]
    public async Task With_the_right_id_and_a_wrong_key_it_gets_no_answer_and_the_session_goes_on()
    {
        await CreateAsync("sidecar-resumes");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await EchoSession.StartAsync(workstation, workstation.Host("container--main.pod--sidecar-resumes"));
        var id = (await InMainAsync("sidecar-resumes", "ls /tmp/sshpod/*/*/resume")).Trim();
        var key = (await File.ReadAllTextAsync(workstation.File("cache/sshpod/id_ed25519.pub"))).Split(' ');
        var fingerprint = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes($"{key[0]} {key[1].Trim()}")));
        var attack = await InSidecarAsync("sidecar-resumes", """
            import os, socket, sys
            s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
            f = s.makefile("rb")
            greeting = f.readline()
            f.readline()
            s.sendall(b"\0R\1" + bytes.fromhex(sys.argv[2] + sys.argv[3]) + os.urandom(16) + bytes(16) + os.urandom(16))
            try:
                answer = f.read()
            except ConnectionResetError:
                answer = b""
            print(greeting.split()[0].decode(), len(answer))
            """, await PortAsync("sidecar-resumes"), id, fingerprint);
        Assert.Equal("sshpod-resume 0\n", attack);
        await session.SaysAsync();
        Assert.DoesNotContain("resume: lost", session.Ssh.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_takes_the_port_of_a_killed_listener_and_says_no_is_not_believed()
    {
        await CreateAsync("sidecar-lies");
        var (workstation, relay) = await PutBehindRelayAsync(cluster, PortForward);
        await using var _ = workstation;
        await using var __ = relay;
        await using var session = await EchoSession.StartAsync(workstation, workstation.Host("container--main.pod--sidecar-lies"));
        // It greets as the listener has greeted it.
        var said = await InSidecarAsync("sidecar-lies", """
            import os, socket, sys
            port = int(sys.argv[1])
            with socket.create_connection(("127.0.0.1", port), 10) as s:
                f = s.makefile("rb")
                greeting = f.readline() + f.readline()
            print("ready", flush=True)
            if os.fork():
                os._exit(0)
            log = os.open("/tmp/log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            for fd in 0, 1, 2:
                os.dup2(log, fd)
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            while True:
                try:
                    listener.bind(("127.0.0.1", port))
                    listener.listen()
                    break
                except OSError:
                    pass
            print("taken", flush=True)
            while True:
                c = listener.accept()[0]
                c.sendall(greeting)
                if c.recv(4096)[:2] == b"\0R":
                    c.sendall(b"N\1" + os.urandom(16))
                    print("asked", flush=True)
                c.close()
            """, await PortAsync("sidecar-lies"));
        Assert.Equal("ready\n", said);
        await InMainAsync("sidecar-lies", "pkill -9 -f '[[]listener[]]'");
        await LiarSaysAsync("taken");
        relay.Cut();
        await session.SaysAsync();
        await LiarSaysAsync("asked");
    }

    private Task LiarSaysAsync(string word) => Eventually.HoldsAsync(word, async () => (await cluster.KubectlAsync("exec", "sidecar-lies",
        "-n", cluster.Namespace, "-c", "side", "--", "cat", "/tmp/log")).Text.Contains(word, StringComparison.Ordinal));

    private async Task CreateAsync(string pod)
    {
        await cluster.ApplyAsync($$$"""
            {apiVersion: v1, kind: Pod, metadata: {name: {{{pod}}} }, spec: {terminationGracePeriodSeconds: 0, containers: [
              {name: main, image: "IMAGES/busybox:1"}, {name: side, image: "IMAGES/debian:12"}]}}
            """);
        await cluster.WaitReadyAsync($"pod/{pod}");
    }

    private async Task<string> PortAsync(string pod) =>
        (await InMainAsync(pod, "head -n 1 /tmp/sshpod/*/*/port")).Trim().Split(' ')[1];

    private async Task<string> InMainAsync(string pod, string script) =>
        (await cluster.KubectlAsync("exec", pod, "-n", cluster.Namespace, "-c", "main", "--", "sh", "-c", script)).Successfully().Text;

    private async Task<string> InSidecarAsync(string pod, string program, params string[] arguments) =>
        (await cluster.KubectlAsync(PipeSource.FromString(program),
            ["exec", "-i", pod, "-n", cluster.Namespace, "-c", "side", "--", "python3", "-", .. arguments])).Successfully().Text;
}
