using System.Net;
using System.Net.Sockets;
using System.Text;
using Sshpod.EndToEnd.Fixtures;

namespace Sshpod.EndToEnd.Connections;

public sealed class ForwardingTests(TestCluster cluster)
{
    [Theory]
    [InlineData("pod--busybox")]
    [InlineData("pod--debian")]
    [InlineData("deployment--web")]
    [InlineData("job--batch")]
    public async Task A_local_port_reaches_into_the_pod(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var local = FreePort.Find();
        // Our server in the pod listens on its loopback, so this works in every image. Its port is in its state.
        var port = await ServerPortAsync(workstation, target);
        await using var ssh = workstation.StartSsh(
            "-N", "-o", "ExitOnForwardFailure=yes", "-L", $"127.0.0.1:{local}:127.0.0.1:{port}", $"root@{workstation.Host(target)}");

        Assert.StartsWith("sshpod-r", await ReadWhenOpenAsync(local), StringComparison.Ordinal);
        Assert.Equal("", ssh.Error);
    }

    [Theory]
    [InlineData("pod--busybox")]
    [InlineData("pod--debian")]
    [InlineData("deployment--web")]
    [InlineData("job--batch")]
    public async Task A_remote_port_reaches_back_to_the_client(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var served = ServeAsync(listener, "from the client\n");
        var remote = Random.Shared.Next(20000, 30000);

        // With -R, the command runs once the forward is established. nc is in both images.
        var result = await Run.ProgramAsync("ssh",
        [
            "-F", workstation.SshConfig, "-o", "ExitOnForwardFailure=yes",
            "-R", $"127.0.0.1:{remote}:127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}",
            $"root@{workstation.Host(target)}", $"nc 127.0.0.1 {remote} </dev/null",
        ], workstation.Environment);

        Assert.Equal("from the client\n", result.Quietly().Text);
        await served;
    }

    [Theory]
    [InlineData("pod--busybox")]
    [InlineData("pod--debian")]
    [InlineData("deployment--web")]
    [InlineData("job--batch")]
    public async Task A_dynamic_port_is_a_socks_proxy_into_the_pod(string target)
    {
        await using var workstation = await Workstation.SetUpAsync(cluster);
        var local = FreePort.Find();
        var port = await ServerPortAsync(workstation, target);
        await using var ssh = workstation.StartSsh(
            "-N", "-o", "ExitOnForwardFailure=yes", "-D", $"127.0.0.1:{local}", $"root@{workstation.Host(target)}");
        await using var stream = await ConnectAsync(local);

        // RFC 1928: no authentication, then CONNECT 127.0.0.1:port.
        await stream.WriteAsync(new byte[] { 5, 1, 0 });
        Assert.Equal([5, 0], await ReadAsync(stream, 2));
        await stream.WriteAsync(new byte[] { 5, 1, 0, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port });
        Assert.Equal(0, (await ReadAsync(stream, 10))[1]);

        Assert.Equal("sshpod-r", Encoding.ASCII.GetString(await ReadAsync(stream, 8)));
        Assert.Equal("", ssh.Error);
    }

    private static async Task<int> ServerPortAsync(Workstation workstation, string target) =>
        int.Parse((await workstation.SshAsync(target, "echo $SSH_CONNECTION")).Quietly().Text.Trim().Split(' ')[3],
            System.Globalization.CultureInfo.InvariantCulture);

    private static async Task ServeAsync(TcpListener listener, string text)
    {
        using var client = await listener.AcceptTcpClientAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
    }

    private static async Task<NetworkStream> ConnectAsync(int port)
    {
        NetworkStream? stream = null;
        await Eventually.HoldsAsync($"something listens on port {port}", async () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                stream = new NetworkStream(socket, ownsSocket: true);
                return true;
            }
            catch (SocketException)
            {
                socket.Dispose();
                return false;
            }
        });
        return stream!;
    }

    private static async Task<string> ReadWhenOpenAsync(int port)
    {
        await using var stream = await ConnectAsync(port);
        return Encoding.ASCII.GetString(await ReadAsync(stream, 8));
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int count)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        return bytes;
    }
}
