using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sshpod.Clusters.Objects;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Kubectl;

/// <summary>
/// Adds an ephemeral container with kubectl. Its <c>patch</c> does not know the subresource in all versions, and then also needs the right
/// to get it, so the whole pod is read, and put there with one container more.
/// </summary>
/// <param name="run">Runs kubectl with arguments and an input; returns its stdout and, if it fails, its stderr.</param>
/// <param name="context">The context it runs in.</param>
internal sealed partial class KubectlEphemeral(Func<string[], byte[]?, Task<(byte[] Output, string? ErrorText)>> run, NamedContext context)
{
    // The pod may change between the two, most of all while it starts.
    private const int MaxTries = 4;

    /// <summary>See <see cref="IClusterObjects.AddEphemeralAsync"/>.</summary>
    public async Task<EphemeralAnswer> AddAsync(PodContainer pod, EphemeralRequest request)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (json, failure) = await run(["get", "pod", pod.Pod, "-n", pod.Namespace, "-o", "json"], null);
            if (failure is not null)
                throw ClusterException.FromKubectl(failure, context);
            if (UidOf(json) != pod.PodUid)
                throw new ContainerNotFoundException(pod);
            var (echo, errorText) = await run(["replace", "--raw", request.Path(pod), "-f", "-"], Body(json, request));
            if (errorText is null)
                return request.Judge(KubernetesJson.Read(echo, KubernetesJson.Default.EphemeralEcho));
            if (attempt < MaxTries && errorText.Contains("(Conflict)", StringComparison.Ordinal))
            {
                Log.Debug("kubectl: the pod has changed meanwhile: again");
                continue;
            }
            if (OtherForm().IsMatch(errorText))
                return request.IsAlpha ? EphemeralAnswer.Ignored : EphemeralAnswer.IsAlpha;
            if (errorText.Contains("(NotFound): the server could not find the requested resource", StringComparison.Ordinal))
                return EphemeralAnswer.Ignored;
            var said = FromServer().Match(errorText);
            throw EphemeralRefusedException.Explain(pod, said.Groups["reason"].Value, said.Groups["message"].Value.Trim())
                ?? (SshpodException)ClusterException.FromKubectl(errorText, context);
        }
    }

    private static string? UidOf(ReadOnlySpan<byte> json) => (string?)JsonNode.Parse(json)?["metadata"]?["uid"];

    /// <summary>The pod with the container, in the form that the API server wants.</summary>
    internal static byte[] Body(ReadOnlySpan<byte> json, EphemeralRequest request)
    {
        var pod = JsonNode.Parse(json)!.AsObject();
        var spec = pod["spec"]!.AsObject();
        var containers = spec["ephemeralContainers"]?.AsArray() ?? [];
        spec.Remove("ephemeralContainers");
        if (!containers.Any(container => (string?)container?["name"] == request.Container.Name))
            containers.Add(JsonSerializer.SerializeToNode(request.Container, KubernetesJson.Default.EphemeralContainer));
        if (!request.IsAlpha)
        {
            spec["ephemeralContainers"] = containers;
            return JsonSerializer.SerializeToUtf8Bytes(pod, KubernetesJson.Default.JsonObject);
        }
        var metadata = pod["metadata"]!.AsObject();
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "EphemeralContainers",
            ["metadata"] = new JsonObject
            {
                ["name"] = (string?)metadata["name"],
                ["namespace"] = (string?)metadata["namespace"],
                ["resourceVersion"] = (string?)metadata["resourceVersion"],
                ["uid"] = (string?)metadata["uid"],
            },
            ["ephemeralContainers"] = containers,
        }, KubernetesJson.Default.JsonObject);
    }

    [GeneratedRegex("cannot be handled as a|no kind \"EphemeralContainers\"|does not match the expected|is not registered")]
    private static partial Regex OtherForm();

    [GeneratedRegex(@"Error from server( \((?<reason>[A-Za-z]+)\))?: (?<message>.*)")]
    private static partial Regex FromServer();
}
