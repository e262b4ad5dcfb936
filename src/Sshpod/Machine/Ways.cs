using Sshpod.Terminal;

namespace Sshpod.Machine;

/// <summary>
/// Several ways to the same thing, in order of preference: each is tried until one works. If that was not the preferred one, it is
/// remembered, so that the next attempt, of this process or a later one, begins with it.
/// </summary>
/// <typeparam name="TWay">A way. Its text is its name, for the log and for the memory.</typeparam>
/// <param name="subject">What they are, for the log.</param>
/// <param name="order">The ways, the preferred one first.</param>
/// <param name="memory">Where it is remembered; null for this process alone.</param>
public sealed class Ways<TWay>(string subject, IReadOnlyList<TWay> order, WayMemory? memory = null) where TWay : notnull
{
    private string? _worked;

    /// <summary>Tries the ways.</summary>
    /// <param name="attempt">Tries one; told whether it is the last.</param>
    /// <param name="isRefusal">Whether a failure leaves hope for another way. What the last one throws is always passed on.</param>
    /// <returns>What the first that works returns.</returns>
    public async Task<T> FirstAsync<T>(Func<TWay, bool, Task<T>> attempt, Func<Exception, bool> isRefusal)
    {
        var tried = Tried();
        for (var i = 0; ; i++)
        {
            var isLast = i == tried.Count - 1;
            try
            {
                var result = await attempt(tried[i], isLast);
                if (i > 0)
                    Remember(tried[i]);
                return result;
            }
            catch (Exception e) when (!isLast && isRefusal(e))
            {
                Log.Debug($"{subject}: {tried[i + 1]} next, since {tried[i]} does not work: {e.Message}");
            }
            // Such as one that worked in another network, and here is silent: the next attempt begins with the preferred one.
            catch (Exception e) when (tried != order && i == 0 && e is not OperationCanceledException)
            {
                _worked = null;
                memory?.Forget();
                throw;
            }
        }
    }

    private IReadOnlyList<TWay> Tried()
    {
        if (order.Count == 1 || (_worked ??= memory?.Read()) is not { } worked)
            return order;
        // A name from another version, or damaged, is none of these.
        return [.. order.Where(way => IsNamed(way, worked)), .. order.Where(way => !IsNamed(way, worked))];
    }

    private void Remember(TWay way)
    {
        _worked = $"{way}";
        if (EqualityComparer<TWay>.Default.Equals(way, order[0]))
            memory?.Forget();
        else
            memory?.Write(_worked);
    }

    private static bool IsNamed(TWay way, string name) => string.Equals($"{way}", name, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Which of several ways worked last, for a time.</summary>
/// <param name="file">Where it is written.</param>
/// <param name="believed">For how long: what is refused today may be allowed tomorrow.</param>
public sealed class WayMemory(CacheFile<string> file, TimeSpan believed)
{
    /// <summary>The name of the way; null if nothing is remembered, or too old.</summary>
    public string? Read() => file.Age < believed ? file.Read()?.Trim() : null;

    /// <summary>Remembers a way.</summary>
    public void Write(string way) => file.Write(way);

    /// <summary>Forgets it.</summary>
    public void Forget() => file.Delete();
}
