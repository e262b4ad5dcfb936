using Sshpod.Machine;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>
/// kubectl's preferences (KEP-3104). One kind matters to sshpod: since kubectl 1.35 they may forbid credential plugins, either all of them
/// or all that are not on a list. Comparing names is left to kubectl.
/// </summary>
internal static class Kuberc
{
    /// <summary>Looks for such a policy.</summary>
    /// <returns>The policy, as a reason; null when every plugin may be run.</returns>
    public static string? PluginPolicy()
    {
        if (IsOff())
            return null;
        var set = Environment.GetEnvironmentVariable("KUBERC");
        var file = string.IsNullOrEmpty(set) ? Path.Combine(ClientDirectory.Home, ".kube", "kuberc") : set;
        try
        {
            using var reader = new StreamReader(file);
            var stream = new YamlStream();
            stream.Load(reader);
            return stream.Documents.Any(document => HasPolicy(document.RootNode))
                ? $"kubectl's preferences in {file} have a policy for credential plugins" : null;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && string.IsNullOrEmpty(set))
        {
            return null;
        }
        catch (Exception e)
        when (e is IOException or UnauthorizedAccessException or YamlException or InvalidOperationException or ArgumentException)
        {
            // There may be a policy.
            return $"kubectl's preferences in {file} cannot be read: {e.Message}";
        }
    }

    private static bool IsOff() => Environment.GetEnvironmentVariable("KUBERC") == "off"
        || string.Equals(Environment.GetEnvironmentVariable("KUBECTL_KUBERC"), "false", StringComparison.OrdinalIgnoreCase);

    // Of several documents, kubectl uses the first that it understands: it could be any of them.
    private static bool HasPolicy(YamlNode root) => root is not YamlScalarNode { Value: null or "" }
        && (root is not YamlMappingNode mapping
            || mapping.Children.Keys.Any(key => key is YamlScalarNode { Value: "<<" or "credentialPluginAllowlist" })
            || (mapping.Children.TryGetValue(new YamlScalarNode("credentialPluginPolicy"), out var policy)
                && policy is not YamlScalarNode { Value: "" or "AllowAll" }));
}
