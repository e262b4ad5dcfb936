using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>A pod gets no ephemeral container: an admission policy, or the API server's own validation, refuses it.</summary>
/// <param name="pod">A container of the pod.</param>
/// <param name="why">What the API server says.</param>
/// <param name="hint">What to do about it; null for what helps against most policies.</param>
public sealed partial class EphemeralRefusedException(PodContainer pod, string why, string? hint = null)
    : SshpodException($"pod \"{pod.Pod}\" in namespace \"{pod.Namespace}\" gets no ephemeral container: {why}",
        hint ?? "ask who writes the policies of the cluster which ephemeral containers they admit")
{
    /// <summary>What the API server says.</summary>
    public string Why => why;

    /// <summary>Whether it is only the dry run that is refused: a webhook may not know what it is (KEP-576).</summary>
    public bool IsOfDryRun => why.Contains("not support dry run", StringComparison.Ordinal);

    /// <summary>The same, for a pod that has had other ephemeral containers: one that breaks a policy keeps breaking it.</summary>
    /// <param name="others">The names of those.</param>
    public EphemeralRefusedException Among(IEnumerable<string> others) =>
        others.FirstOrDefault(other => why.Contains($"\"{other}\"", StringComparison.Ordinal)) is { } offender
            ? new(pod, why, $"ephemeral container \"{offender}\" was added earlier and cannot be removed: delete the pod") : this;

    /// <summary>Explains an answer to a request to add one.</summary>
    /// <param name="pod">A container of the pod.</param>
    /// <param name="reason">The reason of the answer, as Kubernetes names it: <c>Forbidden</c>.</param>
    /// <param name="message">The message of the answer.</param>
    /// <returns>Null if it is something else.</returns>
    internal static SshpodException? Explain(PodContainer pod, string? reason, string message)
    {
        // Another pod of the same name.
        if (OtherUid().IsMatch(message) && reason is "Conflict" or "Invalid")
            return new ContainerNotFoundException(pod);
        if (NoRight().Match(message) is { Success: true } right)
            return new SshpodException($"you may not {right.Groups["verb"]} pods/{EphemeralRequest.Subresource} "
                + $"in namespace \"{pod.Namespace}\"",
                "an administrator of the cluster can grant it (edit and admin do not have it): role sshpod-ephemeral in docs/rbac.yaml");
        // Kubernetes' own words for 403 and 422; a webhook may give any reason.
        return reason is "Forbidden" or "Invalid" || message.Contains("admission webhook", StringComparison.Ordinal)
            ? new EphemeralRefusedException(pod, Prefix().Replace(message, "")) : null;
    }

    [GeneratedRegex("cannot (?<verb>[a-z]+) resource \"pods/ephemeralcontainers\"")]
    private static partial Regex NoRight();

    // Both have been seen, the second with Kubernetes 1.20.
    [GeneratedRegex(@"UID in precondition|metadata\.uid: ")]
    private static partial Regex OtherUid();

    // The object, which our message has named.
    [GeneratedRegex("^(pods|Pod) \"[^\"]*\" is (forbidden|invalid): ")]
    private static partial Regex Prefix();
}
