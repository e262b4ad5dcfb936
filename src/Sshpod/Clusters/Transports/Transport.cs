using Sshpod.Clusters.Api;
using Sshpod.Clusters.Api.Login;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Clusters.Kubectl;
using Sshpod.Settings;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Transports;

/// <summary>A transport and why it is this one.</summary>
/// <param name="Cluster">The cluster, reached by it.</param>
/// <param name="Name"><c>api</c> or <c>kubectl</c>.</param>
/// <param name="Reason">Why, as the end of a sentence.</param>
public sealed record ChosenTransport(ICluster Cluster, string Name, string Reason);

/// <summary>How the cluster is reached: <c>SSHPOD_TRANSPORT</c>, else the setting <c>transport</c>, is <c>api</c>, <c>kubectl</c> or <c>auto</c>, which is the default.</summary>
public static class Transport
{
    internal const string Variable = "SSHPOD_TRANSPORT";

    /// <summary>Chooses. <c>auto</c> speaks with the API server itself where the kubeconfig is understood completely.</summary>
    /// <param name="context">Context of the kubeconfig; null for the current one.</param>
    /// <exception cref="SshpodException">There is no such transport, context or cluster, or <c>api</c> is asked for and does not understand the kubeconfig.</exception>
    public static ICluster Choose(string? context)
    {
        var chosen = Select(context);
        Log.Debug($"transport: {chosen.Name}, {chosen.Reason}");
        return chosen.Cluster;
    }

    /// <summary>Chooses, and tells why.</summary>
    /// <param name="context">Context of the kubeconfig; null for the current one.</param>
    /// <exception cref="SshpodException">There is no such transport, context or cluster, or <c>api</c> is asked for and does not understand the kubeconfig.</exception>
    public static ChosenTransport Select(string? context)
    {
        var wanted = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : UserSettings.Current.Transport ?? "auto";
        var asked = $"as {(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } ? Variable : UserSettings.File)} says";
        if (wanted is not ("auto" or "api" or "kubectl"))
            throw new SshpodException($"{Variable} is \"{wanted}\"", "use auto, api or kubectl");
        if (wanted == "kubectl")
            return new ChosenTransport(new KubectlCluster(context), wanted, asked);
        try
        {
            var api = new ApiCluster(ApiConfiguration.Read(context));
            return wanted == "api"
                ? new ChosenTransport(api, wanted, asked)
                : new ChosenTransport(new AutoCluster(api, new KubectlCluster(context)), "api", "since it understands the kubeconfig");
        }
        catch (UnsupportedKubeconfigException e) when (wanted == "auto")
        {
            return new ChosenTransport(new KubectlCluster(context), "kubectl", $"since the kubeconfig has what only that understands: unsupported: {e.Message}");
        }
        catch (UnsupportedKubeconfigException e)
        {
            throw new SshpodException($"the kubeconfig has what the api transport does not understand: unsupported: {e.Message}", $"set {Variable}=kubectl");
        }
    }
}
