using Sshpod.Terminal;

namespace Sshpod.Streams;

/// <summary>Carries bytes between ssh and a tunnel, until either ends.</summary>
/// <param name="ssh">The pipes to and from ssh; not owned.</param>
/// <param name="tunnel">The open tunnel; not owned.</param>
/// <param name="first">Bytes for the server before ssh's first byte.</param>
/// <param name="isSshGone">Whether ssh was killed; null if only its pipes can tell.</param>
public sealed class StdioPump(Duplex ssh, Duplex tunnel, ReadOnlyMemory<byte> first, Func<bool>? isSshGone = null)
{
    private const int BufferSize = 64 * 1024;

    // Whether ssh has sent bytes since the server last did.
    private volatile bool _sshSpokeLast;

    // Which end closed a direction.
    private enum Ended
    {
        BySource,
        BySink,
    }

    /// <summary>Runs until the connection has ended.</summary>
    /// <returns>Whether ssh ended it, as usual; otherwise the server did, or something in between.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        // Reading stdin cannot be cancelled: the task is abandoned when the process exits.
        using var sending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var up = SendAsync(sending.Token);
        var down = CopyAsync(tunnel, ssh, cancellation);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var gone = WaitUntilGoneAsync(over.Token);
        var ended = await Task.WhenAny(up, down, gone);
        if (ended == gone)
        {
            await gone;
            // The rest would come behind the end of the connection.
            await sending.CancelAsync();
            Log.Debug("stream: ssh is gone");
            return true;
        }
        await over.CancelAsync();
        if (ended == up && await up == Ended.BySource)
        {
            await Task.WhenAll(tunnel.CompleteAsync(cancellation).AsTask(), down).WaitAsync(StreamLimits.Farewell, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }
        // Either ssh accepts no more, or the tunnel has ended, and then reading from it ends too.
        if (await down == Ended.BySink)
            return true;
        var farewell = Task.Delay(_sshSpokeLast ? StreamLimits.AnsweredFarewell : StreamLimits.Farewell, cancellation);
        return await Task.WhenAny(up, farewell) == up && up.IsCompletedSuccessfully && await up == Ended.BySource;
    }

    private async Task<Ended> SendAsync(CancellationToken cancellation) =>
        first.IsEmpty || await tunnel.WriteAsync(first, cancellation) ? await CopyAsync(ssh, tunnel, cancellation) : Ended.BySink;

    // While the tunnel accepts nothing, as in a long outage, nobody reads that ssh has ended. Two looks: what it said last comes first.
    private async Task WaitUntilGoneAsync(CancellationToken cancellation)
    {
        // No PeriodicTimer: when it is cancelled, it names every method on the stack, which takes 3 ms at the end of each connection.
        for (var looks = 0; looks < 2; looks = isSshGone?.Invoke() is true ? looks + 1 : 0)
            await Task.Delay(StreamLimits.Look, cancellation);
    }

    private async Task<Ended> CopyAsync(Duplex source, Duplex sink, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        for (int count; (count = await source.ReadAsync(buffer, cancellation)) > 0;)
        {
            _sshSpokeLast = source == ssh;
            if (!await sink.WriteAsync(buffer.AsMemory(0, count), cancellation))
                return Ended.BySink;
        }
        return Ended.BySource;
    }
}
