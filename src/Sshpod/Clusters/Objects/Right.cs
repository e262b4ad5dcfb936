namespace Sshpod.Clusters.Objects;

/// <summary>Something that a user may or may not do in a namespace.</summary>
/// <param name="Verb">What, such as <c>get</c>.</param>
/// <param name="Resource">With what, such as <c>pods</c>.</param>
/// <param name="Subresource">With what of it, such as <c>exec</c>; null for the object itself.</param>
/// <param name="Namespace">Where.</param>
/// <param name="Group">API group of the resource; empty for the core group.</param>
/// <param name="Name">With which object; null for all of them.</param>
public sealed record Right(string Verb, string Resource, string? Subresource, string Namespace, string Group = "", string? Name = null)
{
    /// <summary>Where the question is asked.</summary>
    internal const string ReviewPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /// <summary>How messages and RBAC name it: <c>create pods/exec</c>.</summary>
    public override string ToString() => $"{Verb} {Target}";

    /// <summary>The resource as rules of RBAC name it: <c>pods/exec</c>, <c>deployments.apps</c>.</summary>
    public string Target => $"{Resource}{(Group.Length > 0 ? $".{Group}" : "")}{(Subresource is null ? "" : $"/{Subresource}")}";

    /// <summary>The question.</summary>
    internal SelfSubjectAccessReview Review() =>
        new("authorization.k8s.io/v1", "SelfSubjectAccessReview", new(new(Namespace, Verb, Group, Resource, Subresource, Name)));
}

/// <summary>SelfSubjectAccessReview (authorization.k8s.io/v1): the question, and the answer in its status.</summary>
internal sealed record SelfSubjectAccessReview(string ApiVersion, string Kind, SelfSubjectAccessReviewSpec Spec,
    SubjectAccessReviewStatus? Status = null);

/// <summary>SelfSubjectAccessReviewSpec (authorization.k8s.io/v1).</summary>
internal sealed record SelfSubjectAccessReviewSpec(ResourceAttributes ResourceAttributes);

/// <summary>ResourceAttributes (authorization.k8s.io/v1).</summary>
internal sealed record ResourceAttributes(string Namespace, string Verb, string Group, string Resource, string? Subresource, string? Name);

/// <summary>SubjectAccessReviewStatus (authorization.k8s.io/v1).</summary>
internal sealed record SubjectAccessReviewStatus(bool Allowed);
