using Sshpod.Clusters;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>Adds a helper to a pod, in the least form that the cluster admits.</summary>
/// <param name="cluster">The cluster.</param>
/// <param name="container">The container that it is for.</param>
/// <param name="image">Its image.</param>
internal sealed class HelperAddition(IClusterObjects cluster, PodContainer container, string image)
{
    /// <summary>Adds it, or leaves the pod as it is.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="identity">The container's user and group, as far as they are known.</param>
    /// <param name="name">Its name.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="SshpodException">It is not added; the message says why.</exception>
    public Task AddAsync(Pod pod, HelperIdentity identity, string name, CancellationToken cancellation) =>
        TryAsync(pod, identity, name, onlyDry: false, cancellation);

    /// <summary>Finds out if it would be added, and leaves the pod as it is.</summary>
    /// <exception cref="SshpodException">It would not be added; the message says why.</exception>
    public Task CheckAsync(Pod pod, HelperIdentity identity, string name, CancellationToken cancellation) =>
        TryAsync(pod, identity, name, onlyDry: true, cancellation);

    private async Task TryAsync(Pod pod, HelperIdentity identity, string name, bool onlyDry, CancellationToken cancellation)
    {
        var bodies = HelperBody.Choose(identity);
        for (var i = 0; ; i++)
        {
            try
            {
                var request = new EphemeralRequest(bodies[i].Container(name, image, container.Container));
                if (await RequestAsync(request, onlyDry, cancellation) == EphemeralAnswer.IsAlpha)
                    _ = await RequestAsync(new EphemeralRequest(HelperBody.WithoutContext(identity)
                        .Container(name, image, container.Container, withContext: false), IsAlpha: true), onlyDry, cancellation);
                return;
            }
            catch (EphemeralRefusedException e) when (i < bodies.Count - 1)
            {
                Log.Debug($"helper: {e.Why}: again as {bodies[i + 1].Uid}:{bodies[i + 1].Gid}");
            }
            catch (EphemeralRefusedException e)
            {
                throw e.Among((pod.Spec.EphemeralContainers ?? []).Select(other => other.Name));
            }
        }
    }

    // First a dry run: what is once in a pod cannot be taken back.
    private async Task<EphemeralAnswer> RequestAsync(EphemeralRequest request, bool onlyDry, CancellationToken cancellation)
    {
        var answer = EphemeralAnswer.Added;
        try
        {
            answer = await cluster.AddEphemeralAsync(container, request with { IsDryRun = true }, cancellation);
        }
        catch (EphemeralRefusedException e) when (e.IsOfDryRun)
        {
            Log.Debug($"helper: {e.Why}");
        }
        if (answer == EphemeralAnswer.Added && !onlyDry)
            answer = await cluster.AddEphemeralAsync(container, request, cancellation);
        return answer != EphemeralAnswer.Ignored ? answer : throw HelperException.TooOld(await cluster.GetVersionAsync(cancellation));
    }
}
