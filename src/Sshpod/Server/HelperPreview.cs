using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Settings;
using Sshpod.Targets;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>
/// What the next connection to a container without a shell would come to, see <see cref="Helper"/>. The container and its pod stay as they
/// are.
/// </summary>
/// <param name="cluster">How the container is reached.</param>
/// <param name="container">The container.</param>
/// <param name="settings">The user's settings.</param>
/// <param name="terms">On which terms a helper would be added.</param>
internal sealed class HelperPreview(Cluster cluster, PodContainer container, UserSettings settings, HelperTerms terms)
{
    /// <summary>Finds what would lend a shell without an addition to the pod, in the order of a connection.</summary>
    /// <returns>How messages name it; null if there is nothing.</returns>
    public async Task<string?> LenderAsync(CancellationToken cancellation)
    {
        var entries = HelperEntry.Of(await ReadAsync(cancellation), container);
        if (!entries.Any(entry => entry.IsRunning)
            && await new Interpreter(cluster.Streams, container, settings).IsThereAsync(cancellation))
            return "its python3";
        // One that is starting is waited for.
        return !HelperShell.IsWatched(container, settings) && HelperEntry.Next(entries, container) is { } name
            && entries.Any(entry => entry.Name == name) ? $"ephemeral container \"{name}\"" : null;
    }

    /// <summary>Finds out if a helper would be added.</summary>
    /// <exception cref="SshpodException">None would be added; the message says why.</exception>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        var pod = await ReadAsync(cancellation);
        HelperShell.RefuseWatched(container, settings);
        var name = HelperEntry.Next(HelperEntry.Of(pod, container), container) ?? throw HelperException.TooMany(container);
        await new HelperAddition(cluster.Objects, container, terms.Image)
            .CheckAsync(pod, HelperIdentity.Of(pod, container), name, cancellation);
    }

    private Task<Pod> ReadAsync(CancellationToken cancellation) =>
        ContainerChoice.ReadPodAsync(cluster.Objects, container, cancellation);
}
