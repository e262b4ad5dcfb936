using System.Net.Sockets;
using System.Text;

namespace Sshpod.EndToEnd.Fixtures.Relays;

/// <summary>A corporate HTTP proxy: only CONNECT (RFC 9110 section 9.3.6), optionally with a password.</summary>
/// <param name="credentials"><c>user:password</c>; null to accept everyone.</param>
public sealed class ConnectProxy(string? credentials = null) : Relay
{
    /// <summary>How many connections it accepted.</summary>
    public int Passed { get; private set; }

    /// <inheritdoc/>
    protected override async Task ServeAsync(NetworkStream client, CancellationToken cancellation)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await client.ReadAsync(one, cancellation) > 0)
            head.Append((char)one[0]);
        var lines = head.ToString().Split("\r\n");
        if (lines[0].Split(' ') is not ["CONNECT", var target, ..])
        {
            await AnswerAsync("405 Method Not Allowed");
            return;
        }
        var wanted = credentials is null ? null
            : $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.ASCII.GetBytes(credentials))}";
        if (wanted is not null && !lines.Contains(wanted))
        {
            await AnswerAsync("407 Proxy Authentication Required");
            return;
        }
        var colon = target.LastIndexOf(':');
        await using var upstream = await ConnectAsync(
            target[..colon], int.Parse(target[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture), cancellation);
        Passed++;
        await AnswerAsync("200 Connection established");
        await CarryAsync(client, upstream, cancellation);

        async Task AnswerAsync(string status) =>
            await client.WriteAsync(
                Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{(status.StartsWith('2') ? "" : "Content-Length: 0\r\n")}\r\n"),
                cancellation);
    }
}
