using System.Globalization;
using Sshpod.Ssh;

namespace Sshpod.Server;

/// <summary>What a bootstrap requests for its client: who may log in, for how long, and in which environment.</summary>
/// <param name="Key">The key that may log in.</param>
/// <param name="Limit">How long access lasts, from this bootstrap on; null until the server's state is removed.</param>
/// <param name="CleanEnvironment">Whether a login as another user goes without the container's environment.</param>
public sealed record Access(PublicKey Key, TimeSpan? Limit, bool CleanEnvironment)
{
    /// <summary>ACCESS of the server's <c>up</c> and <c>session</c>: whole seconds; 0 means no limit.</summary>
    internal string Seconds => ((long)Math.Ceiling(Limit?.TotalSeconds ?? 0)).ToString(CultureInfo.InvariantCulture);

    /// <summary>OPTIONS of the server's <c>up</c> and <c>session</c>: words joined by commas; a dash for none.</summary>
    internal string Options => CleanEnvironment ? "clean-environment" : "-";
}
