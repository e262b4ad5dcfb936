using System.Text;

namespace Sshpod.HostNames;

/// <summary>
/// What the user asked for: a host name, parsed by <see cref="HostName.Parse"/>, with the user's aliases resolved. Every part is valid.
/// </summary>
/// <param name="Kind">What <paramref name="Target"/> names.</param>
/// <param name="Target">Name of the pod, deployment or job, in lower case: a DNS label, or with dots if it comes from an alias.</param>
/// <param name="Container">Name of the container, or null for the pod's only or default container.</param>
/// <param name="Namespace">Namespace, or null for the one set on the context, then <c>default</c>.</param>
/// <param name="Context">
/// Context of the kubeconfig, or null for the current one. Its case is kept; from an alias it may have any characters.
/// </param>
/// <param name="Ephemeral">
/// Whether an alias says that it gets an ephemeral container if it has no shell; null for what the settings say of all.
/// </param>
public sealed record PodAddress(TargetKind Kind, string Target, string? Container = null, string? Namespace = null, string? Context = null,
    bool? Ephemeral = null)
{
    /// <summary>
    /// The host name that parses to this address, in the order container, target, namespace, context; unless an alias brought in a name
    /// that no host name can hold.
    /// </summary>
    public override string ToString()
    {
        var host = new StringBuilder();
        Append("container", Container);
        Append(HostName.Prefix(Kind), Target);
        Append("namespace", Namespace);
        Append("context", Context);
        return host.Append(HostName.Suffix).ToString();

        void Append(string prefix, string? name)
        {
            if (name is not null)
                host.Append(prefix).Append("--").Append(name).Append('.');
        }
    }
}

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
