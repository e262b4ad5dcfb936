using Sshpod.Clusters;
using Sshpod.Clusters.Objects;

namespace Sshpod.Tests.Server;

/// <summary>A pod that changes each time somebody looks, up to its last state. A user may do everything with it.</summary>
internal sealed class ScriptedPod(params Pod[] states) : IClusterObjects
{
    private int _next;

    public List<EphemeralRequest> Requests { get; } = [];

    public Func<EphemeralContainer, bool, string?> Refusal { get; init; } = (_, _) => null;

    public bool IsAlpha { get; init; }

    public string? Context => null;

    public Uri? Server => null;

    public Task<T> GetAsync<T>(Resource<T> resource, string? ns, string name, CancellationToken cancellation) =>
        Task.FromResult((T)(object)states[Math.Min(_next++, states.Length - 1)]);

    public Task<EphemeralAnswer> AddEphemeralAsync(PodContainer pod, EphemeralRequest request, CancellationToken cancellation)
    {
        Requests.Add(request);
        return Refusal(request.Container, request.IsDryRun) is { } why ? throw new EphemeralRefusedException(pod, why)
            : Task.FromResult(IsAlpha && !request.IsAlpha ? EphemeralAnswer.IsAlpha : EphemeralAnswer.Added);
    }

    public Task<PodList> ListPodsAsync(string ns, LabelSelector selector, bool withReplicaSets, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<T>> ListPodsAsync<T>(PodScope scope, Func<Pod, IEnumerable<T>> keep, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<string>> ListNamesAsync(Resource resource, string? ns, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<bool> MayAsync(Right right, CancellationToken cancellation) => Task.FromResult(true);

    public Task<string> GetVersionAsync(CancellationToken cancellation) => Task.FromResult("v1.22.0");
}
