using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>A server runs, or should, but does not answer as one; a fresh one may.</summary>
/// <param name="container">Where it should be.</param>
/// <param name="what">What happens instead.</param>
public sealed class UnresponsiveServerException(PodContainer container, string what)
    : SshpodException($"the server in {container} {what}", "SSHPOD_LOG=debug shows the steps")
{
    /// <summary>Whether nothing arrived at all: a fresh server would be just as silent, but another tunnel may work.</summary>
    public bool IsSilent { get; init; }
}
