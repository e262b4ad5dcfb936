using Sshpod.Clusters.Api;
using Sshpod.Clusters.Kubectl;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Clusters;

/// <summary>How the cluster is reached: <c>SSHPOD_TRANSPORT</c>, else the setting <c>transport</c>, is <c>api</c>, <c>kubectl</c> or <c>auto</c>, which is the default.</summary>
public static class Transport
{
    internal const string Variable = "SSHPOD_TRANSPORT";

    /// <summary>Chooses. <c>auto</c> speaks with the API server itself where the kubeconfig is understood completely.</summary>
    /// <param name="context">Context of the kubeconfig; null for the current one.</param>
    /// <exception cref="SshpodException">There is no such transport, context or cluster, or <c>api</c> is asked for and does not understand the kubeconfig.</exception>
    public static ICluster Choose(string? context)
    {
        var wanted = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : UserSettings.Current.Transport ?? "auto";
        if (wanted is not ("auto" or "api" or "kubectl"))
            throw new SshpodException($"{Variable} is \"{wanted}\"", "use auto, api or kubectl");
        if (wanted == "kubectl")
            return new KubectlCluster(context);
        try
        {
            var api = new ApiCluster(ApiConfiguration.Read(context));
            Log.Debug("transport: api");
            return wanted == "api" ? api : new AutoCluster(api, new KubectlCluster(context));
        }
        catch (UnsupportedKubeconfigException e) when (wanted == "auto")
        {
            Log.Debug($"transport: kubectl, since the kubeconfig has what only that understands: unsupported: {e.Message}");
            return new KubectlCluster(context);
        }
        catch (UnsupportedKubeconfigException e)
        {
            throw new SshpodException($"the kubeconfig has what the api transport does not understand: unsupported: {e.Message}", $"set {Variable}=kubectl");
        }
    }
}
