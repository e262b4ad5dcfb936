using System.Security.Cryptography;
using System.Text;
using Sshpod.Clusters;
using Sshpod.Clusters.Kubeconfigs;
using Sshpod.Machine;
using Sshpod.Settings;
using Sshpod.Ssh;

namespace Sshpod.Connections;

/// <summary>
/// What a host name means on this machine now, as a digest. It depends on the kubeconfig, sshpod's settings, the locale and the name, so
/// all four are hashed as they are, without parsing. Equal digests mean the same; different digests may do so too.
/// </summary>
public static class HostMeaning
{
    private const string Context = "context--";

    /// <summary>The digest, in hexadecimal.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="snapshot">What the user has set up.</param>
    public static string Digest(GivenHost host, Snapshot snapshot)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendKubeconfig(hash, snapshot.Kubeconfig);
        Append(hash, snapshot.Settings.Content.Path);
        AppendContent(hash, snapshot.Settings.Content);
        // A connection that was opened with more access than is wanted now must not be shared.
        Append(hash, snapshot.Settings.Text(Setting.Access));
        Append(hash, UnaskedVariables.Locale);
        Append(hash, Canonical(host.Text));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>A digest of the kubeconfig alone: the paths of its files and their contents.</summary>
    internal static string KubeconfigDigest(KubeconfigFiles files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendKubeconfig(hash, files);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The name in lower case, except for names of contexts, which are case-sensitive.</summary>
    internal static string Canonical(string host) => string.Join('.', host.Split('.').Select(part =>
        part.StartsWith(Context, StringComparison.OrdinalIgnoreCase) ? Context + part[Context.Length..] : part.ToLowerInvariant()));

    private static void AppendKubeconfig(IncrementalHash hash, KubeconfigFiles files)
    {
        foreach (var file in files.All)
        {
            Append(hash, Path.GetFullPath(file.Path));
            AppendContent(hash, file);
        }
    }

    private static void AppendContent(IncrementalHash hash, FileOnce file)
    {
        try
        {
            hash.AppendData(SHA256.HashData(file.Content));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that cannot be read has no influence.
        }
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes($"{text}\0"));
}
