using System.Globalization;
using Sshpod.Terminal;

namespace Sshpod.Targets;

/// <summary>There is nothing to connect to yet, but something is starting.</summary>
/// <param name="message">What to report if we do not wait.</param>
/// <param name="hint">What the user can do in that case.</param>
/// <param name="state">What we wait for, and its state.</param>
/// <param name="needsNode">Whether no current node has room for it.</param>
/// <param name="comesAnew">Whether it goes away first, and another of the same name replaces it.</param>
public sealed class StartingException(string message, string hint, string state, bool needsNode = false, bool comesAnew = false)
    : SshpodException(message, hint)
{
    /// <summary>What we wait for, and its state.</summary>
    public string State { get; } = state;

    /// <summary>Whether no current node has room for it: an autoscaler may add one, in minutes.</summary>
    public bool NeedsNode { get; } = needsNode;

    /// <summary>Whether it goes away first, and another of the same name replaces it.</summary>
    public bool ComesAnew { get; } = comesAnew;

    /// <summary>What to report if it has not started in time.</summary>
    public SshpodException After(TimeSpan waited) => waited < TimeSpan.FromSeconds(1) ? this
        : new SshpodException(string.Create(CultureInfo.InvariantCulture, $"{Message} after {waited.TotalSeconds:0} s"),
            $"{Hint}; SSHPOD_WAIT sets how long to wait");
}
