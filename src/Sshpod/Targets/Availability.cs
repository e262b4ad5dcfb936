using System.Globalization;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>
/// What a look at the cluster found: something to connect to, or something that is starting. If there is neither, the look throws.
/// </summary>
internal sealed record Availability<T> where T : class
{
    private Availability(T? found, Starting? starting) => (Found, Starting) = (found, starting);

    /// <summary>What is there; null if it is starting.</summary>
    public T? Found { get; }

    /// <summary>What is starting; null if it is there.</summary>
    public Starting? Starting { get; }

    /// <summary>What is there, for those who do not wait.</summary>
    /// <exception cref="SshpodException">It is starting.</exception>
    public T OrThrow() => Found ?? throw Starting!.After(TimeSpan.Zero);

    public static implicit operator Availability<T>(T found) => new(found, null);

    public static implicit operator Availability<T>(Starting starting) => new(null, starting);
}

/// <summary>There is nothing to connect to yet, but something is starting.</summary>
/// <param name="Message">What to report if we do not wait.</param>
/// <param name="Hint">What the user can do in that case.</param>
/// <param name="State">What we wait for, and its state.</param>
/// <param name="NeedsNode">Whether no current node has room for it: an autoscaler may add one, in minutes.</param>
/// <param name="ComesAnew">Whether it goes away first, and another of the same name replaces it.</param>
internal sealed record Starting(string Message, string Hint, string State, bool NeedsNode = false, bool ComesAnew = false)
{
    /// <summary>What to report if it has not started in time.</summary>
    public SshpodException After(TimeSpan waited) => waited < TimeSpan.FromSeconds(1) ? new SshpodException(Message, Hint)
        : new SshpodException(string.Create(CultureInfo.InvariantCulture, $"{Message} after {waited.TotalSeconds:0} s"),
            $"{Hint}; SSHPOD_WAIT sets how long to wait");
}
