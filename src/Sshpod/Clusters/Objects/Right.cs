namespace Sshpod.Clusters.Objects;

/// <summary>Something that a user may or may not do in a namespace.</summary>
/// <param name="Verb">The verb, such as <c>get</c>.</param>
/// <param name="Resource">The resource, such as <c>pods</c>.</param>
/// <param name="Subresource">The subresource, such as <c>exec</c>; null for the object itself.</param>
/// <param name="Namespace">The namespace; empty for the whole cluster.</param>
/// <param name="Group">API group of the resource; empty for the core group.</param>
/// <param name="Name">The name of the object; null for all objects.</param>
public sealed record Right(string Verb, string Resource, string? Subresource, string Namespace, string Group = "", string? Name = null)
{
    /// <summary>The path to which the review is posted.</summary>
    internal const string ReviewPath = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

    /// <summary>As written in messages and in RBAC: <c>create pods/exec</c>.</summary>
    public override string ToString() => $"{Verb} {Target}";

    /// <summary>The resource as written in RBAC rules: <c>pods/exec</c>, <c>deployments.apps</c>.</summary>
    public string Target => $"{Resource}{(Group.Length > 0 ? $".{Group}" : "")}{(Subresource is null ? "" : $"/{Subresource}")}";

    /// <summary>The review to post.</summary>
    internal SelfSubjectAccessReview Review() =>
        new("authorization.k8s.io/v1", "SelfSubjectAccessReview", new(new(Namespace, Verb, Group, Resource, Subresource, Name)));
}

/// <summary>SelfSubjectAccessReview (authorization.k8s.io/v1): the question.</summary>
internal sealed record SelfSubjectAccessReview(string ApiVersion, string Kind, SelfSubjectAccessReviewSpec Spec);

/// <summary>The same as it comes back: the question, in which the server omits what is empty, with the answer in its status.</summary>
internal sealed record AccessAnswer(SubjectAccessReviewStatus Status);

/// <summary>SelfSubjectAccessReviewSpec (authorization.k8s.io/v1).</summary>
internal sealed record SelfSubjectAccessReviewSpec(ResourceAttributes ResourceAttributes);

/// <summary>ResourceAttributes (authorization.k8s.io/v1).</summary>
internal sealed record ResourceAttributes(string Namespace, string Verb, string Group, string Resource, string? Subresource, string? Name);

/// <summary>SubjectAccessReviewStatus (authorization.k8s.io/v1).</summary>
internal sealed record SubjectAccessReviewStatus(bool Allowed);
