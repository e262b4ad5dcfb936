using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Sshpod.Clusters.Api.Http;

/// <summary>
/// The certificates that the system trusts. On Linux, .NET loads all of them on the first TLS handshake of a process, even when only a
/// cluster's own authority matters, which takes 35 to 50 ms. So we hide them from .NET, and a connection that needs them brings them.
/// </summary>
internal static partial class SystemTrust
{
    private const string Nowhere = "/nonexistent";

    // The same as in Go (crypto/x509/root_linux.go), so that we trust what kubectl trusts.
    private static readonly string[] Files =
    [
        "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/pki/tls/cacert.pem",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/cert.pem",
    ];

    private static readonly string[] Directories = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

    private static int _isLeftOut;

    /// <summary>
    /// Makes OpenSSL look for them where there are none. To be called before each TLS handshake. Child processes get the user's values.
    /// </summary>
    public static void LeaveOut()
    {
        if (!OperatingSystem.IsLinux() || Interlocked.Exchange(ref _isLeftOut, 1) != 0)
            return;
        // This makes .NET copy the environment, and child processes get the copy.
        _ = Environment.GetEnvironmentVariables();
        _ = SetVariable("SSL_CERT_DIR", Nowhere, 1);
        _ = SetVariable("SSL_CERT_FILE", Nowhere, 1);
    }

    /// <summary>Reads the certificates.</summary>
    /// <returns>Null where .NET asks the system itself.</returns>
    public static CertificateAuthorities? Read()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var all = new X509Certificate2Collection();
        HashSet<string> seen = [];
        foreach (var file in Sources(Environment.GetEnvironmentVariable("SSL_CERT_FILE"),
            Environment.GetEnvironmentVariable("SSL_CERT_DIR")))
            all.AddRange(Read(file, seen).ToArray());
        return new CertificateAuthorities([], all);
    }

    // The first bundle that exists, and all files of the directories, which repeat its certificates and may have others.
    private static IEnumerable<string> Sources(string? file, string? directory)
    {
        string[] files = file is { Length: > 0 } ? [file] : Files;
        var directories = directory is { Length: > 0 }
            ? directory.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries) : Directories;
        return files.Where(File.Exists).Take(1).Concat(directories.SelectMany(Content));
    }

    private static IEnumerable<string> Content(string directory)
    {
        try
        {
            // c_rehash's links point to another file in the directory.
            return [.. new DirectoryInfo(directory).EnumerateFiles()
                .Where(file => file.LinkTarget is not { } target || target.Contains('/')).Select(file => file.FullName)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The certificates of a file that have not been seen yet. As in Go, what cannot be read is skipped.</summary>
    private static List<X509Certificate2> Read(string file, HashSet<string> seen)
    {
        List<X509Certificate2> found = [];
        string pem;
        try
        {
            pem = File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return found;
        }
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var data = rest[fields.Base64Data];
            if (rest[fields.Label] is not "CERTIFICATE" || !seen.Add(new string(data)))
                continue;
            try
            {
                found.Add(X509CertificateLoader.LoadCertificate(Convert.FromBase64String(new string(data))));
            }
            catch (CryptographicException)
            {
                // OpenSSL cannot read this certificate.
            }
        }
        return found;
    }

    // .NET's Environment does not change the variables that OpenSSL reads.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
