using Sshpod.Terminal;

namespace Sshpod.Tunnels;

/// <summary>Carries ssh's bytes: stdin into the tunnel, the tunnel to stdout, until either side ends.</summary>
/// <param name="tunnel">The open tunnel; the pump does not own it.</param>
public sealed class StdioPump(Tunnel tunnel)
{
    private const int BufferSize = 64 * 1024;

    // When ssh has ended, the server has nothing to say that anybody hears; a last moment is for a clean goodbye, here and there.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    /// <summary>Runs until the connection has ended.</summary>
    /// <returns>Whether ssh ended it, as is usual; otherwise the far side did, and may have had a reason.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellation)
    {
        await using var input = Console.OpenStandardInput();
        await using var output = Console.OpenStandardOutput();

        // Reading stdin cannot be cancelled: the task is left behind when the process ends.
        var up = SendAsync(input, cancellation);
        var down = ReceiveAsync(output, cancellation);
        if (await Task.WhenAny(up, down) == down)
        {
            if (await down)
                return true;
            // The answer to ssh's last word may overtake ssh's end.
            return await Task.WhenAny(up, Task.Delay(Farewell, cancellation)) == up;
        }

        await ((Task)down).WaitAsync(Farewell, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    /// <summary>stdin to the server, until ssh ends; then the server is told.</summary>
    private async Task SendAsync(Stream input, CancellationToken cancellation)
    {
        var buffer = new byte[BufferSize];
        try
        {
            for (int count; (count = await input.ReadAsync(buffer, cancellation)) > 0;)
                await tunnel.WriteAsync(buffer.AsMemory(0, count), cancellation);
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
            if (count == 0 || !await WriteAsync(buffer.AsMemory(0, count)))
                return count != 0;
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
