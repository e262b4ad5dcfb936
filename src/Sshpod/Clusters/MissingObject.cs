using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>
/// Finds out why an object was not found: the API server answers the same when the whole namespace does not exist. Only for error messages.
/// </summary>
/// <param name="cluster">The cluster that was asked.</param>
internal sealed class MissingObject(IClusterObjects cluster)
{
    /// <summary>Says whether the namespace or the object is missing, and suggests a similar name.</summary>
    public async Task<NotFoundException> ExplainAsync(Resource resource, string ns, string name, CancellationToken cancellation)
    {
        var siblings = ListOrNullAsync(resource, ns, cancellation);
        var namespaces = ListOrNullAsync(Resources.Namespaces, null, cancellation);
        await Task.WhenAll(siblings, namespaces);

        if (namespaces.Result is { } known && !known.Contains(ns))
            return new NotFoundException($"no namespace \"{ns}\"", Suggest(ns, known) ?? "kubectl get namespaces lists them");
        return new NotFoundException($"no {resource.Kind} \"{name}\" in namespace \"{ns}\"",
            (siblings.Result is { } names ? Suggest(name, names) : null)
            ?? $"kubectl get {resource.Plural} -n {ns} lists them; for another namespace, add namespace--NAME");
    }

    private async Task<IReadOnlyList<string>?> ListOrNullAsync(Resource resource, string? ns, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(ClusterLimits.Suggestions);
        try
        {
            return await cluster.ListNamesAsync(resource, ns, limit.Token);
        }
        catch (SshpodException)
        {
            // We may not list: the message has no suggestion.
            return null;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string? Suggest(string name, IEnumerable<string> known) =>
        Spelling.Nearest(name, known) is { } nearest ? $"did you mean \"{nearest}\"?" : null;
}
