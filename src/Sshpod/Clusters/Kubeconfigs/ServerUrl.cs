namespace Sshpod.Clusters.Kubeconfigs;

/// <summary>Reads the <c>server</c> of a kubeconfig as client-go does (rest.DefaultServerURL).</summary>
internal static class ServerUrl
{
    /// <summary>Reads it.</summary>
    /// <returns>Null when we do not understand it.</returns>
    public static Uri? Read(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        // Without a scheme it is HTTP, whatever the certificate settings (which are not read then), and may not have a path.
        if (!text.Contains("://", StringComparison.Ordinal))
            return text.TrimEnd('/').Contains('/', StringComparison.Ordinal) ? null : Parse($"http://{text}");
        return Parse(text);
    }

    private static Uri? Parse(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "https" or "http"
        && url.Host.Length > 0 && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0 ? url : null;
}
