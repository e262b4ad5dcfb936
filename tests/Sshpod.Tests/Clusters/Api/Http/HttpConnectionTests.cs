using System.Text;
using Sshpod.Clusters.Api.Http;
using Sshpod.Streams;

namespace Sshpod.Tests.Clusters.Api.Http;

/// <summary>Any answer is read as HTTP/1.1 or refused, within bounds.</summary>
public sealed class HttpConnectionTests
{
    private const string Chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    private static readonly string[] Answers =
    [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: application/json\r\n\r\nhello",
        Chunked + "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nframes",
    ];

    private static CancellationToken Limit => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task An_answer_is_the_same_however_it_is_cut_into_pieces(int answer)
    {
        foreach (var size in new[] { 1, 2, 3, 7, 1000 })
            Assert.Equal(
                "hello", Encoding.ASCII.GetString((await AskAsync(new Peer([Encoding.ASCII.GetBytes(Answers[answer])], size))).Body));
    }

    [Theory]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\n", "", "the answer never ends")]
    [InlineData("X-Header: 1\r\n", "HTTP/1.1 200 OK\r\n", "too many headers")]
    [InlineData("a", "HTTP/1.1 200 OK\r\nX: ", "a line that does not end")]
    [InlineData("a", "", "a line that does not end")]
    [InlineData("X-Trailer: 1\r\n", Chunked + "0\r\n", "too many headers")]
    [InlineData("0000", Chunked, "a line that does not end")]
    public async Task An_answer_without_an_end_is_refused_after_little(string endless, string beginning, string words)
    {
        var peer = new Peer(Endless(beginning, endless), 1000);
        Assert.Contains(words, (await Assert.ThrowsAsync<IOException>(() => AskAsync(peer))).Message, StringComparison.Ordinal);
        Assert.InRange(peer.Given, 0, 256 * 1024);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n")]
    [InlineData(Chunked + "FFFFFFFF\r\n")]
    [InlineData(Chunked + "-1\r\n")]
    [InlineData(Chunked + "10000000000000000\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("")]
    public async Task What_is_no_answer_is_refused(string answer) =>
        await Assert.ThrowsAsync<IOException>(() => AskAsync(new Peer([Encoding.ASCII.GetBytes(answer)], 1000)));

    [Fact]
    public async Task Damaged_answers_are_read_or_refused_and_nothing_else()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var bytes = Encoding.ASCII.GetBytes(Answers[random.Next(Answers.Length)]).ToList();
            for (var change = random.Next(1, 6); change > 0; change--)
                Damage(bytes, random);
            try
            {
                await AskAsync(new Peer([bytes.ToArray()], random.Next(1, 40)));
            }
            catch (IOException)
            {
                // Refused.
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }
    }

    private static void Damage(List<byte> bytes, Random random)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] = (byte)random.Next(256);
                break;
            case 1:
                bytes.Insert(at, (byte)"\r\n :;0F\0"[random.Next(8)]);
                break;
            case 2 when bytes.Count > 1:
                bytes.RemoveRange(at, random.Next(1, Math.Min(8, bytes.Count - at) + 1));
                if (bytes.Count == 0)
                    bytes.Add(0);
                break;
            default:
                bytes.InsertRange(at, bytes.GetRange(at, random.Next(bytes.Count - at + 1)));
                break;
        }
    }

    private static async Task<HttpResponse> AskAsync(Peer peer)
    {
        await using var connection = new HttpConnection(peer);
        return await connection.SendAsync("GET / HTTP/1.1\r\nHost: test\r\n", default, Limit);
    }

    private static IEnumerable<byte[]> Endless(string beginning, string endless)
    {
        yield return Encoding.ASCII.GetBytes(beginning);
        while (true)
            yield return Encoding.ASCII.GetBytes(endless);
    }

    /// <summary>Accepts whatever it is sent, and answers with these pieces, cut into smaller ones.</summary>
    private sealed class Peer(IEnumerable<byte[]> pieces, int size) : AsyncStream
    {
        private readonly IEnumerator<byte[]> _pieces = pieces.GetEnumerator();
        private ReadOnlyMemory<byte> _piece;

        /// <summary>How many bytes it has sent.</summary>
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_piece.IsEmpty)
            {
                if (!_pieces.MoveNext())
                    return new(0);
                _piece = _pieces.Current;
            }
            var count = Math.Min(Math.Min(size, _piece.Length), buffer.Length);
            _piece[..count].CopyTo(buffer);
            _piece = _piece[count..];
            Given += count;
            return new(count);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }
}
