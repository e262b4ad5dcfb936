using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Sshpod.EndToEnd.Fixtures;

/// <summary>A DNS server (RFC 1035) that answers every name with one IPv4 address.</summary>
public sealed class NameServer : IAsyncDisposable
{
    private const int HeaderLength = 12, TypeA = 1;

    private readonly UdpClient _socket;
    private readonly IPAddress _answer;
    private readonly Task _serving;

    /// <summary>Starts it.</summary>
    /// <param name="address">The address that it listens on, at port 53.</param>
    /// <param name="answer">The address in its answers.</param>
    public NameServer(IPAddress address, IPAddress answer)
    {
        _socket = new UdpClient(new IPEndPoint(address, 53));
        _answer = answer;
        _serving = ServeAsync();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveAsync();
                await _socket.SendAsync(Answer(query.Buffer), query.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private byte[] Answer(byte[] query)
    {
        var end = HeaderLength;
        while (query[end] != 0)
            end += query[end] + 1;
        // A null label, type and class end the question.
        end += 5;
        var isForAddress = BinaryPrimitives.ReadUInt16BigEndian(query.AsSpan(end - 4)) == TypeA;
        var answer = query[..end].ToList();
        // A response, recursion available, no error; one answer or none, and no other records.
        (answer[2], answer[3]) = ((byte)(query[2] | 0x80), 0x80);
        (answer[6], answer[7]) = (0, (byte)(isForAddress ? 1 : 0));
        (answer[8], answer[9], answer[10], answer[11]) = (0, 0, 0, 0);
        // The name in the question, class IN, 60 seconds.
        if (isForAddress)
            answer.AddRange([0xc0, HeaderLength, 0, TypeA, 0, 1, 0, 0, 0, 60, 0, 4, .. _answer.GetAddressBytes()]);
        return [.. answer];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _serving;
    }
}
