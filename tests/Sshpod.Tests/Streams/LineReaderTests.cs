using System.Text;
using CsCheck;
using Sshpod.Streams;

namespace Sshpod.Tests.Streams;

public class LineReaderTests
{
    [Fact]
    public async Task Bytes_after_the_last_line_are_not_lost()
    {
        var reader = new LineReader(new StreamDuplex(new MemoryStream([.. "one\r\ntwo\n"u8, 0, 10, 255]), Stream.Null));
        Assert.Equal("one", await reader.ReadLineAsync(default));
        Assert.Equal("two", await reader.ReadLineAsync(default));
        var rest = new byte[8];
        Assert.Equal(3, await reader.ReadAsync(rest, default));
        Assert.Equal([0, 10, 255], rest[..3]);
    }

    [Fact]
    public async Task An_unfinished_line_is_none()
    {
        var reader = new LineReader(new StreamDuplex(new MemoryStream("whole\npart"u8.ToArray()), Stream.Null));
        Assert.Equal("whole", await reader.ReadLineAsync(default));
        Assert.Null(await reader.ReadLineAsync(default));
    }

    [Fact]
    public async Task A_line_without_end_is_refused() =>
        await Assert.ThrowsAsync<InvalidDataException>(
            () => new LineReader(new StreamDuplex(new MemoryStream(new byte[LineReader.MaxLine * 8]), Stream.Null)).ReadLineAsync(default)
            .AsTask());

    [Fact]
    public void Lines_come_whole_however_the_stream_is_cut() =>
        Gen.Select(Gen.String[Gen.Char["ab é"], 0, 50].Array[0, 20], Gen.Int[1, 7]).Sample(async (lines, cut) =>
        {
            var bytes = Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")));
            var reader = new LineReader(new StreamDuplex(new Trickle(bytes, cut), Stream.Null));
            foreach (var line in lines)
                Assert.Equal(line, await reader.ReadLineAsync(default));
            Assert.Null(await reader.ReadLineAsync(default));
        });

    private sealed class Trickle(byte[] bytes, int cut) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(cut, buffer.Length)], cancellationToken);
    }
}
