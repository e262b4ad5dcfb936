using Sshpod.Clusters.Objects;
using Sshpod.Clusters.Transports;
using Sshpod.HostNames;
using Sshpod.Settings;
using Sshpod.Targets;

namespace Sshpod.Doctor;

/// <summary>What this user may do, according to the API server (SelfSubjectAccessReview).</summary>
/// <param name="transport">How the cluster is reached.</param>
/// <param name="ns">The namespace.</param>
/// <param name="settings">The user's settings.</param>
/// <param name="version">The API server's version.</param>
internal sealed class RightsCheck(ChosenTransport transport, string ns, UserSettings settings, string version)
{
    private static readonly string[] StreamVerbs = ["get", "create"];

    /// <summary>Checks the rights to find the container.</summary>
    /// <param name="address">What to find; null for anything.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Finding<string>> FindAsync(PodAddress? address, CancellationToken cancellation) =>
        await MissingAsync(ToFind(address, ns), cancellation) is { Length: > 0 } missing
            ? Failure(missing)
            : Finding.Ok($"may {string.Join(", ", ToFind(address, ns))} in namespace \"{ns}\"");

    /// <summary>
    /// Checks the rights to a stream: <c>get</c> for a WebSocket, and from Kubernetes 1.35 on also <c>create</c>; <c>create</c> for SPDY,
    /// which kubectl may request.
    /// </summary>
    /// <param name="subresource"><c>exec</c> or <c>portforward</c>.</param>
    /// <param name="pod">Name of the pod; null for any.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<Finding<string>> StreamAsync(string subresource, string? pod, CancellationToken cancellation)
    {
        Right[] rights = [.. StreamVerbs.Select(verb => new Right(verb, "pods", subresource, ns, Name: pod))];
        var missing = await MissingAsync(rights, cancellation);
        if (missing.Length == 0)
            return Finding.Ok($"may get and create pods/{subresource} in namespace \"{ns}\"");
        var needsCreate = KubernetesVersion.Parse(version)?.WebSocketsNeedCreate == true;
        var isVain = missing.Length == rights.Length || (needsCreate && missing[0].Verb == "create");
        if (subresource == "portforward" && isVain && settings.Tunnel != TunnelKind.PortForward)
            return Finding.Warning("",
                $"may {(missing.Length == 1 ? "not create" : "neither get nor create")} pods/portforward in namespace \"{ns}\": "
                + "connections go through exec", Grant(missing));
        // With only one of the two, sshpod takes the protocol that needs it; kubectl does not always.
        return !isVain
            ? Finding.Warning(
                "", $"may not {missing[0]} in namespace \"{ns}\", "
                + $"which {(missing[0].Verb == "get" ? "a WebSocket needs" : "kubectl may need")}",
                Grant(missing))
            : Failure(missing);
    }

    /// <summary>The rights to find a container.</summary>
    internal static Right[] ToFind(PodAddress? address, string ns) => address is null
        ? [Resources.Pods.Right("get", ns), Resources.Pods.Right("list", ns)]
        : [.. TargetTable.Row(address.Kind).Rights(ns, address.Target)];

    private async Task<Right[]> MissingAsync(IReadOnlyList<Right> rights, CancellationToken cancellation)
    {
        var answers = await Task.WhenAll(rights.Select(right => transport.Cluster.Objects.MayAsync(right, cancellation)));
        return [.. rights.Where((_, i) => !answers[i])];
    }

    private Finding<string> Failure(Right[] missing) =>
        Finding.Failure<string>($"may not {string.Join(", ", missing.Select(right => right))} in namespace \"{ns}\"", Grant(missing));

    private string Grant(Right[] missing)
    {
        var grants = missing.GroupBy(right => right.Target, right => right.Verb)
            .Select(verbs => $"{string.Join(" and ", verbs)} on {verbs.Key}");
        return $"grant it with a Role in namespace \"{ns}\": {string.Join(", ", grants)}";
    }
}
