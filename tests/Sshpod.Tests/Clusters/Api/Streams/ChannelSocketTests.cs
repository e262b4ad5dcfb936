using Sshpod.Clusters.Api.Streams;
using Sshpod.Streams;

namespace Sshpod.Tests.Clusters.Api.Streams;

/// <summary>A connection that is cut while both directions are in use: both end as broken, whichever notices first.</summary>
public sealed class ChannelSocketTests
{
    [Fact]
    public async Task A_send_that_waits_while_the_receiving_side_breaks_ends_as_broken()
    {
        var connection = new CutConnection();
        await using var socket = new ChannelSocket(connection, ChannelSocket.V5);
        var sending = socket.SendAsync(0, new byte[100], CancellationToken.None).AsTask();
        var receiving = socket.ReceiveAsync(new byte[100], CancellationToken.None).AsTask();
        connection.Reading.SetException(new IOException("cut"));
        await Assert.ThrowsAsync<IOException>(() => receiving);
        connection.Writing.SetException(new IOException("cut"));
        await Assert.ThrowsAsync<IOException>(() => sending);
    }

    [Fact]
    public async Task A_receive_that_waits_while_the_sending_side_breaks_ends_as_broken()
    {
        var connection = new CutConnection();
        await using var socket = new ChannelSocket(connection, ChannelSocket.V5);
        var receiving = socket.ReceiveAsync(new byte[100], CancellationToken.None).AsTask();
        var sending = socket.SendAsync(0, new byte[100], CancellationToken.None).AsTask();
        connection.Writing.SetException(new IOException("cut"));
        await Assert.ThrowsAsync<IOException>(() => sending);
        connection.Reading.SetException(new IOException("cut"));
        await Assert.ThrowsAsync<IOException>(() => receiving);
    }

    [Fact]
    public async Task A_cancelled_receive_is_not_reported_as_a_broken_connection()
    {
        await using var socket = new ChannelSocket(new CutConnection(), ChannelSocket.V5);
        using var over = new CancellationTokenSource();
        var receiving = socket.ReceiveAsync(new byte[100], over.Token).AsTask();
        await over.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
    }

    /// <summary>Blocks in both directions until it is cut.</summary>
    private sealed class CutConnection : AsyncStream
    {
        public TaskCompletionSource<int> Reading { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Writing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Reading.Task.WaitAsync(cancellationToken));

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Writing.Task.WaitAsync(cancellationToken));
    }
}
