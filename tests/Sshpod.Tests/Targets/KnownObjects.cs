using Sshpod.Clusters;
using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Targets;

/// <summary>A cluster with one object of each type; no selector selects anything.</summary>
/// <param name="objects">The objects.</param>
internal sealed class KnownObjects(params object[] objects) : IClusterObjects
{
    /// <summary>What was asked for, such as <c>get deployments.apps web</c>.</summary>
    public List<string> Asked { get; } = [];

    public string? Context => "known";

    public Uri? Server => null;

    public Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation)
    {
        Asked.Add($"get {resource} {name}");
        return Task.FromResult(objects.OfType<T>().First());
    }

    public Task<PodList> ListPodsAsync(string ns, LabelSelector selector, bool withReplicaSets, CancellationToken cancellation)
    {
        Asked.Add($"list pods{(withReplicaSets ? " and replicasets.apps" : "")} with {selector}");
        return Task.FromResult(new PodList([], []));
    }

    public Task<IReadOnlyList<T>> ListPodsAsync<T>(PodScope scope, Func<Pod, IEnumerable<T>> keep, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<string>> ListNamesAsync(Resource resource, string? ns, CancellationToken cancellation) =>
        throw new NotSupportedException();

    /// <summary>What this user may not do, such as <c>create pods/exec</c>.</summary>
    public IReadOnlyList<string> Forbidden { get; init; } = [];

    public Task<bool> MayAsync(Right right, CancellationToken cancellation) => Task.FromResult(!Forbidden.Contains($"{right}"));

    public Task<EphemeralAnswer> AddEphemeralAsync(PodContainer pod, EphemeralRequest request, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<string> GetVersionAsync(CancellationToken cancellation) => throw new NotSupportedException();
}
