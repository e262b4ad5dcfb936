using System.Diagnostics;

namespace Sshpod.Bench;

/// <summary>A session whose way to the cluster is cut, and how soon it goes on when there is one again.</summary>
/// <param name="client">A client that reaches the API server through the relay.</param>
/// <param name="ssh">The arguments of ssh, without a command.</param>
/// <param name="relay">The way to the cluster.</param>
internal sealed class Outages(Client client, string ssh, Relay relay)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Waits for the next attempt of a session that prints all the time.</summary>
    /// <param name="outage">For how long there is no way.</param>
    /// <returns>The time until something arrives, counted from the end of the outage.</returns>
    public Task<Cost> WaitAsync(TimeSpan outage) => MeasureAsync("while echo x; do sleep 0.02; done", outage, press: false);

    /// <summary>Types a line when the way is there again, which starts an attempt at once.</summary>
    /// <inheritdoc cref="WaitAsync"/>
    public Task<Cost> TypeAsync(TimeSpan outage) => MeasureAsync("cat", outage, press: true);

    private async Task<Cost> MeasureAsync(string command, TimeSpan outage, bool press)
    {
        using var limit = new CancellationTokenSource(Limit);
        using var session = Orphans.Spare(client.Open($"exec ssh -T {ssh} '{command}'"));
        try
        {
            if (press)
                await TypeAsync(session);
            await ReadAsync(session, limit.Token);
            relay.Cut();
            // What was on its way has arrived by then.
            var drained = Task.Delay(outage, limit.Token);
            var next = ReadAsync(session, limit.Token);
            while (await Task.WhenAny(next, drained) == next)
            {
                await next;
                next = ReadAsync(session, limit.Token);
            }
            relay.Mend();
            var watch = Stopwatch.StartNew();
            if (press)
                await TypeAsync(session);
            await next;
            return new Cost(watch.Elapsed.TotalSeconds, 0);
        }
        finally
        {
            relay.Mend();
            session.Kill(entireProcessTree: true);
            await session.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task TypeAsync(Process session)
    {
        await session.StandardInput.WriteLineAsync("x");
        await session.StandardInput.FlushAsync();
    }

    private static async Task ReadAsync(Process session, CancellationToken cancellation)
    {
        var buffer = new byte[4096];
        if (await session.StandardOutput.BaseStream.ReadAsync(buffer, cancellation) == 0)
            throw new InvalidOperationException("the session has ended");
    }
}
