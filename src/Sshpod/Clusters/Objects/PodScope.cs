namespace Sshpod.Clusters.Objects;

/// <summary>The pods of one namespace, or of all.</summary>
/// <param name="Namespace">The namespace; null for the one set on the context.</param>
/// <param name="IsEverywhere">Whether all namespaces are meant.</param>
public sealed record PodScope(string? Namespace, bool IsEverywhere = false)
{
    /// <summary>How many pods to request at once, as kubectl does.</summary>
    public const int PageSize = 500;
}
