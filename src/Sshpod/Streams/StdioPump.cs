namespace Sshpod.Streams;

/// <summary>Carries bytes between ssh and a tunnel, until either ends.</summary>
/// <param name="ssh">The pipes to and from ssh; not owned.</param>
/// <param name="tunnel">The open tunnel; not owned.</param>
/// <param name="first">What the server is sent before ssh's first byte.</param>
public sealed class StdioPump(Duplex ssh, Duplex tunnel, ReadOnlyMemory<byte> first)
{
    private const int BufferSize = 64 * 1024;

    // When ssh has ended, nobody hears what the server still says; a moment is for a clean goodbye, here and there.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    // The answer to ssh's goodbye may overtake ssh's end, where ssh gets little CPU.
    private static readonly TimeSpan AnsweredFarewell = TimeSpan.FromSeconds(5);

    // Whether ssh has spoken since the server last did.
    private volatile bool _sshSpokeLast;

    // Which end of a direction ended it.
    private enum Ended
    {
        BySource,
        BySink,
    }

    /// <summary>Runs until the connection has ended.</summary>
    /// <returns>Whether ssh ended it, as is usual; otherwise the far side did, or something on the way.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        // Reading stdin cannot be cancelled: the task is left behind when the process ends.
        var up = SendAsync(cancellation);
        var down = CopyAsync(tunnel, ssh, cancellation);
        if (await Task.WhenAny(up, down) == up && await up == Ended.BySource)
        {
            await Task.WhenAll(tunnel.CompleteAsync(cancellation).AsTask(), down).WaitAsync(Farewell, cancellation)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        }
        // ssh takes no more; or the tunnel has ended, and then the reading of it ends too.
        if (await down == Ended.BySink)
            return true;
        var farewell = Task.Delay(_sshSpokeLast ? AnsweredFarewell : Farewell, cancellation);
        return await Task.WhenAny(up, farewell) == up && up.IsCompletedSuccessfully && await up == Ended.BySource;
    }

    private async Task<Ended> SendAsync(CancellationToken cancellation) =>
        first.IsEmpty || await tunnel.WriteAsync(first, cancellation) ? await CopyAsync(ssh, tunnel, cancellation) : Ended.BySink;

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
