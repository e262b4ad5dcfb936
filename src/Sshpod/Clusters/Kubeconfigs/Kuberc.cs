using Sshpod.Machine;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>
/// kubectl's preferences (KEP-3104), of which one kind concerns sshpod: since kubectl 1.35 they may forbid credential plugins, all of them
/// or all that a list does not name. How kubectl compares names is its own affair.
/// </summary>
internal static class Kuberc
{
    /// <summary>Tells whether there is such a policy.</summary>
    /// <returns>What there is, as a reason; null where every plugin may be run.</returns>
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
            // There may be one.
            return $"kubectl's preferences in {file} cannot be read: {e.Message}";
        }
    }

    private static bool IsOff() => Environment.GetEnvironmentVariable("KUBERC") == "off"
        || string.Equals(Environment.GetEnvironmentVariable("KUBECTL_KUBERC"), "false", StringComparison.OrdinalIgnoreCase);

    // Of several documents kubectl takes the first that it knows: any of them counts.
    private static bool HasPolicy(YamlNode root) => root is not YamlScalarNode { Value: null or "" }
        && (root is not YamlMappingNode mapping
            || mapping.Children.Keys.Any(key => key is YamlScalarNode { Value: "<<" or "credentialPluginAllowlist" })
            || (mapping.Children.TryGetValue(new YamlScalarNode("credentialPluginPolicy"), out var policy)
                && policy is not YamlScalarNode { Value: "" or "AllowAll" }));
}
