using CsCheck;
using Sshpod.Tunnels.Resuming;

namespace Sshpod.Tests.Tunnels.Resuming;

public class BufferTests
{
    [Fact]
    public void A_ring_keeps_each_byte_at_its_position() =>
        Gen.Select(Gen.Int[0, 30_000], Gen.Int[0, 40_000], Gen.Bool).Array[1, 30].Sample(steps =>
        {
            var ring = new ByteRing(100_000);
            foreach (var (append, drop, free) in steps)
            {
                var count = Math.Min(append, 100_000 - ring.Length);
                ring.Append(Stream(ring.End, count));
                ring.Drop(ring.Start + Math.Min(drop, ring.Length));
                if (free)
                    ring.Free();
                var all = new byte[ring.Length];
                Assert.Equal(all.Length, ring.Copy(ring.Start, all));
                Assert.Equal(Stream(ring.Start, all.Length), all);
                Assert.InRange(ring.Allocated, ring.Length, 128 * 1024);
            }
        });

    [Fact]
    public void A_ring_refuses_what_does_not_fit_and_positions_that_it_does_not_hold()
    {
        var ring = new ByteRing(100);
        ring.Append(new byte[90]);
        Assert.Throws<InvalidDataException>(() => ring.Append(new byte[11]));
        Assert.Throws<InvalidDataException>(() => ring.Drop(91));
        ring.Drop(50);
        Assert.Throws<InvalidDataException>(() => ring.Drop(49));
    }

    [Fact]
    public async Task Memory_grows_with_need_and_goes_back_when_it_is_empty()
    {
        var time = new TestTime();
        var replay = new ReplayBuffer(time);
        await replay.AppendAsync(new byte[10], default);
        Assert.Equal(16 * 1024, replay.Allocated);
        await replay.AppendAsync(new byte[200_000], default);
        Assert.Equal(256 * 1024, replay.Allocated);
        replay.Acknowledge(200_010);
        replay.FreeIfIdle();
        Assert.Equal(256 * 1024, replay.Allocated);
        time.Advance(ResumingLimits.EmptyBuffer);
        replay.FreeIfIdle();
        Assert.Equal(0, replay.Allocated);
    }

    [Fact]
    public async Task A_writer_waits_for_room_and_nothing_is_dropped()
    {
        var replay = new ReplayBuffer(TimeProvider.System);
        Assert.Equal(ResumingLimits.FirstWindow, await replay.AppendAsync(new byte[ResumingLimits.FirstWindow + 1], default));
        var waiting = replay.AppendAsync(new byte[2], default).AsTask();
        Assert.False(waiting.IsCompleted);
        replay.Acknowledge(1);
        Assert.Equal(1, await waiting);
        waiting = replay.AppendAsync(new byte[2], default).AsTask();
        replay.Allow(2 * ResumingLimits.FirstWindow);
        Assert.Equal(2, await waiting);
        replay.Close();
        Assert.Equal(0, await replay.AppendAsync(new byte[2], default));
    }

    [Fact]
    public async Task What_ssh_has_got_counts_when_it_comes_back_for_more()
    {
        var received = new ReceiveBuffer(TimeProvider.System);
        received.Append(new byte[10]);
        Assert.Equal(4, await received.TakeAsync(new byte[4], default));
        Assert.Equal(0, received.Consumed);
        Assert.Equal(6, await received.TakeAsync(new byte[20], default));
        Assert.Equal(4, received.Consumed);
        received.Append(new byte[1]);
        received.Close();
        Assert.Equal(1, await received.TakeAsync(new byte[20], default));
        Assert.Equal(0, await received.TakeAsync(new byte[20], default));
        Assert.Equal((11, 11), (received.Received, received.Consumed));
    }

    private static byte[] Stream(long position, int count) =>
        [.. Enumerable.Range(0, count).Select(i => (byte)((position + i) * 31 >> 3))];
}
