using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Sshpod.Windows;

switch (args)
{
    // Of ssh, on 127.0.0.1: each connection begins with two lines, a secret and the ProxyCommand, and goes on as its stdin and stdout.
    // Others on this machine can connect too, but do not know the secret.
    case ["serve"]:
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Console.WriteLine(((IPEndPoint)listener.LocalEndpoint).Port);
            while (true)
                _ = ServeAsync(await listener.AcceptSocketAsync());
        }
    // Of kubectl, as a credential plugin that takes its time.
    case ["wait", var file]:
        await File.WriteAllTextAsync(file, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        await Task.Delay(Timeout.Infinite);
        return 0;
    default:
        return 2;
}

static async Task ServeAsync(Socket socket)
{
    try
    {
        await using var ssh = new NetworkStream(socket, ownsSocket: true);
        if (!CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(ReadLine(ssh)), Encoding.UTF8.GetBytes(Environment.GetEnvironmentVariable("SPAWNER_SECRET")!)))
            return;
        using var child = new ProxyProcess(ReadLine(ssh));
        var sent = child.Output.CopyToAsync(ssh);
        // ssh kills its proxy when it ends, without warning.
        _ = ssh.CopyToAsync(child.Input).ContinueWith(_ => child.Kill(), TaskScheduler.Default);
        await sent;
        socket.Shutdown(SocketShutdown.Send);
        Console.Error.WriteLine($"exit {child.Wait()}");
    }
    catch (Exception e) when (e is IOException or SocketException)
    {
        Console.Error.WriteLine($"spawner: {e.Message}");
    }
}

static string ReadLine(NetworkStream stream)
{
    var line = new List<byte>();
    for (int next; line.Count < 4096 && (next = stream.ReadByte()) is not (-1 or '\n');)
        line.Add((byte)next);
    return Encoding.UTF8.GetString([.. line]);
}
