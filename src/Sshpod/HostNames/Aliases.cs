namespace Sshpod.HostNames;

/// <summary>The user's own names.</summary>
/// <param name="Contexts">Contexts of the kubeconfig. Case matters, as for contexts.</param>
/// <param name="Namespaces">Namespaces. Case does not matter.</param>
/// <param name="Targets">Whole addresses. Case does not matter.</param>
public sealed record Aliases(
    IReadOnlyDictionary<string, string> Contexts, IReadOnlyDictionary<string, string> Namespaces,
    IReadOnlyDictionary<string, PodAddress> Targets)
{
    /// <summary>No aliases.</summary>
    public static Aliases None { get; } = new(new Dictionary<string, string>(), new Dictionary<string, string>(),
        new Dictionary<string, PodAddress>());
}
