using System.Runtime.InteropServices;

namespace Sshpod.Clusters.Api;

/// <summary>
/// The certificates that the system trusts. .NET loads all of them with OpenSSL on the first TLS handshake of a process, which takes
/// 35 to 50 ms, even where only a cluster's own authority counts.
/// </summary>
internal static partial class SystemTrust
{
    private const string Nowhere = "/nonexistent";
    private static int _isLeftOut;

    /// <summary>
    /// Makes OpenSSL look for them where none are. To be called before the first TLS handshake, and only where this process needs
    /// none of them. Child processes still get what the user had set.
    /// </summary>
    public static void LeaveOut()
    {
        if (!OperatingSystem.IsLinux() || Interlocked.Exchange(ref _isLeftOut, 1) != 0)
            return;
        // From here on .NET has a copy of the environment, which is what child processes get.
        _ = Environment.GetEnvironmentVariables();
        _ = SetVariable("SSL_CERT_DIR", Nowhere, 1);
        _ = SetVariable("SSL_CERT_FILE", Nowhere, 1);
    }

    // .NET's own Environment does not reach what OpenSSL reads.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
