using CsCheck;
using Sshpod.Clusters.Api.Streams;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tests.Tunnels.Resuming;

public class FrameTests
{
    [Fact]
    public void Frames_are_the_same_however_they_are_cut() =>
        Gen.Select(Gen.Int[1, 400].Array[0, 12], Gen.Int[1, 60].Array[1, 30]).Sample((sizes, cuts) =>
        {
            var (whole, expected) = (new List<byte>(Answer), new Heard());
            expected.Answer(Answer);
            foreach (var (size, index) in sizes.Select((size, index) => (size, index)))
            {
                var data = Enumerable.Range(0, size).Select(i => (byte)(i + index)).ToArray();
                whole.AddRange(Head(FrameType.Data, size));
                whole.AddRange(data);
                expected.Data(data);
                var number = new byte[Frame.NumberSize];
                Frame.WriteNumber(number, FrameType.Ping, index);
                whole.AddRange(number);
                expected.Control(FrameType.Ping, number.AsSpan(Frame.HeadSize));
            }
            var heard = new Heard();
            var reader = new FrameReader(heard);
            var bytes = whole.ToArray().AsSpan();
            for (var i = 0; !bytes.IsEmpty; i++)
            {
                var cut = Math.Min(cuts[i % cuts.Length], bytes.Length);
                reader.Take(bytes[..cut]);
                bytes = bytes[cut..];
            }
            Assert.Equal(expected.Text, heard.Text);
            Assert.Equal(expected.Bytes, heard.Bytes);
        });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(8, 4)]
    [InlineData(1, 0)]
    [InlineData(1, 65537)]
    [InlineData(2, 7)]
    [InlineData(3, 9)]
    [InlineData(5, 8)]
    [InlineData(6, 1)]
    [InlineData(7, 31)]
    public void A_frame_of_the_wrong_type_or_length_ends_the_attachment(byte type, int length)
    {
        var reader = new FrameReader(new Heard());
        reader.Take(Answer);
        Assert.Throws<InvalidDataException>(() => reader.Take(Head((FrameType)type, length)));
    }

    [Fact]
    public void Nothing_comes_before_the_answer() =>
        Assert.Throws<InvalidDataException>(() => new FrameReader(new Heard()).Take(Head(FrameType.Data, 1)));

    [Fact]
    public async Task A_piece_fits_into_one_message_with_the_byte_for_its_channel_and_into_one_frame_of_spdy()
    {
        Assert.Equal(FrameWriter.MaxPiece, Math.Min(ChannelSocket.MaxMessage - 1, SpdyWriter.MaxData));
        var (replay, received) = (new ReplayBuffer(TimeProvider.System), new ReceiveBuffer(TimeProvider.System));
        Assert.Equal(100_000, await replay.AppendAsync(new byte[100_000], default));
        var writer = new FrameWriter(replay, received);
        writer.Begin(new byte[75]);
        var piece = new byte[FrameWriter.MaxPiece];
        var sizes = new List<int>();
        for (int size; (size = writer.Compose(piece)) > 0;)
            sizes.Add(size);
        Assert.All(sizes, size => Assert.InRange(size, 1, 32 * 1024 - 1));
        Assert.Equal(100_000 + 75 + 4 * sizes.Count, sizes.Sum());
    }

    [Fact]
    public async Task New_waits_for_what_ssh_says_and_goes_in_one_piece_with_it()
    {
        var (replay, received) = (new ReplayBuffer(TimeProvider.System), new ReceiveBuffer(TimeProvider.System));
        var writer = new FrameWriter(replay, received);
        writer.Begin([0, 1, 2]);
        writer.Ping(1);
        var piece = new byte[FrameWriter.MaxPiece];
        Assert.Equal(0, writer.Compose(piece));
        Assert.Equal(1, await replay.AppendAsync(new byte[] { 9 }, default));
        Assert.Equal(3 + Frame.NumberSize + Frame.HeadSize + 1, writer.Compose(piece));
        Assert.Equal(new byte[] { 0, 1, 2 }, piece[..3]);
    }

    [Fact]
    public async Task End_follows_the_last_byte_and_an_ack_travels_with_data()
    {
        var (replay, received) = (new ReplayBuffer(TimeProvider.System), new ReceiveBuffer(TimeProvider.System));
        var writer = new FrameWriter(replay, received);
        received.Append(new byte[7]);
        Assert.Equal(7, await received.TakeAsync(new byte[10], default));
        received.Consume();
        var piece = new byte[FrameWriter.MaxPiece];
        Assert.Equal(0, writer.Compose(piece));
        Assert.Equal(40_000, await replay.AppendAsync(new byte[40_000], default));
        writer.End(EndReason.Closed);
        writer.Compose(piece);
        Assert.Equal((byte)FrameType.Ack, piece[0]);
        var size = writer.Compose(piece);
        Assert.Equal((byte)FrameType.End, piece[size - Frame.EndSize]);
        Assert.Equal(0, writer.Compose(piece));
    }

    private static readonly byte[] Answer = [(byte)'N', .. new byte[17]];

    private static byte[] Head(FrameType type, int length) => [(byte)type, (byte)(length >> 16), (byte)(length >> 8), (byte)length];

    private sealed class Heard : IFrameSink
    {
        public string Text { get; private set; } = "";

        public List<byte> Bytes { get; } = [];

        public void Answer(ReadOnlySpan<byte> message) => Text += $"answer {Convert.ToHexString(message)};";

        public void Data(ReadOnlySpan<byte> bytes) => Bytes.AddRange(bytes);

        public void Control(FrameType type, ReadOnlySpan<byte> payload) =>
            Text += $"{type} {Convert.ToHexString(payload)} at {Bytes.Count};";
    }
}
