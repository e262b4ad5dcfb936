using System.Globalization;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>There is nothing to connect to yet, but something is starting.</summary>
/// <param name="message">What is to be said when nobody waits for it.</param>
/// <param name="hint">What to do then.</param>
/// <param name="state">What is waited for, and how it is.</param>
/// <param name="needsNode">Whether no node of now has room for it.</param>
/// <param name="comesAnew">Whether it goes away first, and another of its name comes.</param>
public sealed class StartingException(string message, string hint, string state, bool needsNode = false, bool comesAnew = false)
    : SshpodException(message, hint)
{
    /// <summary>What is waited for, and how it is.</summary>
    public string State { get; } = state;

    /// <summary>Whether no node of now has room for it: an autoscaler may bring one, in minutes.</summary>
    public bool NeedsNode { get; } = needsNode;

    /// <summary>Whether it goes away first, and another of its name comes.</summary>
    public bool ComesAnew { get; } = comesAnew;

    /// <summary>What to say when it has not come in time.</summary>
    public SshpodException After(TimeSpan waited) => waited < TimeSpan.FromSeconds(1) ? this
        : new SshpodException(string.Create(CultureInfo.InvariantCulture, $"{Message} after {waited.TotalSeconds:0} s"),
            $"{Hint}; SSHPOD_WAIT sets how long to wait");
}
