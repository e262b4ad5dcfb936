namespace Sshpod.EndToEnd.Fixtures;

/// <summary>Waits for a condition, not for time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20), Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until the condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static async Task HoldsAsync(string what, Func<Task<bool>> condition, TimeSpan? limit = null)
    {
        var end = limit ?? Limit;
        using var over = new CancellationTokenSource(end);
        while (!await condition())
        {
            if (over.IsCancellationRequested)
                throw new TimeoutException($"not in {end.TotalSeconds:0} s: {what}");
            await Task.Delay(Pause);
        }
    }

    /// <summary>Waits until the condition holds.</summary>
    public static Task HoldsAsync(string what, Func<bool> condition) => HoldsAsync(what, () => Task.FromResult(condition()));
}
