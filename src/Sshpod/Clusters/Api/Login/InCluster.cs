using Sshpod.Clusters.Api.Http;
using Sshpod.Clusters.Kubeconfigs;

namespace Sshpod.Clusters.Api.Login;

/// <summary>The service account that Kubernetes mounts into pods; kubectl uses it too when there is no kubeconfig.</summary>
internal static class InCluster
{
    /// <summary>Where it is mounted.</summary>
    public const string Mount = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Reads it.</summary>
    /// <returns>Null outside a pod.</returns>
    public static ApiConfiguration? Read(string mount)
    {
        var token = Path.Combine(mount, "token");
        if (Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not { Length: > 0 } host
            || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_PORT") is not { Length: > 0 } port || !File.Exists(token))
            return null;
        try
        {
            var ns = Path.Combine(mount, "namespace");
            return new ApiConfiguration(null,
                ApiServer.Create(new Uri($"https://{Authority.Bracket(host)}:{port}"), File.ReadAllBytes(Path.Combine(mount, "ca.crt"))),
                ApiUser.Anonymous with { TokenFile = token },
                File.Exists(ns) && File.ReadAllText(ns).Trim() is { Length: > 0 } name ? name : "default");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or UriFormatException)
        {
            throw new UnsupportedKubeconfigException($"service account: {e.Message}");
        }
    }
}
