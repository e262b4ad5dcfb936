using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>Carries ssh's bytes: stdin into the tunnel, the tunnel to stdout, until either side ends.</summary>
/// <param name="tunnel">The open tunnel; the pump does not own it.</param>
/// <param name="first">What the server is sent before ssh's first byte.</param>
public sealed class StdioPump(Tunnel tunnel, ReadOnlyMemory<byte> first)
{
    private const int BufferSize = 64 * 1024;

    // When ssh has ended, the server has nothing to say that anybody hears; a last moment is for a clean goodbye, here and there.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    // The answer to ssh's goodbye may overtake ssh's end, where ssh gets little CPU.
    private static readonly TimeSpan AnsweredFarewell = TimeSpan.FromSeconds(5);

    // Whether ssh has spoken since the server last did.
    private volatile bool _sshSpokeLast;

    /// <summary>Runs until the connection has ended.</summary>
    /// <returns>Whether ssh ended it, as is usual; otherwise the far side did, or something on the way.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        await using var input = StandardPipes.OpenInput();
        await using var output = StandardPipes.OpenOutput();

        // Reading stdin cannot be cancelled: the task is left behind when the process ends.
        var up = SendAsync(input, cancellation);
        var down = ReceiveAsync(output, cancellation);
        if (await Task.WhenAny(up, down) == down)
            return await down || await Task.WhenAny(up, Task.Delay(_sshSpokeLast ? AnsweredFarewell : Farewell, cancellation)) == up && up.IsCompletedSuccessfully;

        await up;
        await ((Task)down).WaitAsync(Farewell, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    /// <summary>stdin to the server, until ssh ends; then the server is told.</summary>
    private async Task SendAsync(Stream input, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        try
        {
            if (!first.IsEmpty)
                await tunnel.WriteAsync(first, cancellation);
            for (int count; (count = await input.ReadAsync(buffer, cancellation)) > 0;)
            {
                _sshSpokeLast = true;
                await tunnel.WriteAsync(buffer.AsMemory(0, count), cancellation);
            }
            tunnel.CompleteWriting();
        }
        catch (IOException e)
        {
            // The tunnel has ended: the other direction knows why, and ends us.
            Log.Debug($"pump: to the server: {e.Message}");
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        }
    }

    /// <summary>The server to stdout.</summary>
    /// <returns>Whether ssh ended it.</returns>
    private async Task<bool> ReceiveAsync(Stream output, CancellationToken cancellation)
    {
        if (!await WriteAsync(tunnel.Received))
            return true;
        var buffer = new byte[BufferSize];
        while (true)
        {
            int count;
            try
            {
                count = await tunnel.ReadAsync(buffer, cancellation);
            }
            catch (IOException e)
            {
                Log.Debug($"pump: from the server: {e.Message}");
                return false;
            }
            if (count == 0)
                return false;
            _sshSpokeLast = false;
            if (!await WriteAsync(buffer.AsMemory(0, count)))
                return true;
        }

        async Task<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                await output.WriteAsync(bytes, cancellation);
                return true;
            }
            catch (IOException)
            {
                // ssh closed its end: it has what it wants.
                return false;
            }
        }
    }
}
