using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Clusters.Api.Http;

/// <summary>
/// The private key of a client certificate in a key container, which is a file of the user's profile on Windows.
/// <para>
/// SChannel does the handshake in another process, and knows keys by the name of their container: it refuses those that are only in our
/// memory (dotnet/runtime#23749). .NET removes the container when the certificate is disposed, which does not happen when a process exits,
/// and ssh kills its ProxyCommand without warning. So a key is imported for the first handshake and removed after the last, and a note says
/// which container it is, for the next sshpod to remove what a killed one has left behind.
/// </para>
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed partial class ImportedKey : IDisposable
{
    // Far more than the names of a provider and of a container have.
    private const int MaxNote = 4096;

    private static readonly Lock Access = new();
    private static readonly Dictionary<X509Certificate2, ImportedKey> Current = new(ReferenceEqualityComparer.Instance);

    private readonly X509Certificate2 _certificate;
    private readonly Container? _container;

    // Open as long as we live, which tells other processes that the container is in use.
    private readonly FileStream? _note;

    private ImportedKey(X509Certificate2 certificate)
    {
        _certificate = certificate;
        _container = Container.Of(certificate);
        try
        {
            ClientDirectory.Create(Directory);
            _note = new FileStream(
                Path.Combine(Directory, $"{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
            _note.Write(System.Text.Encoding.UTF8.GetBytes($"{_container}"));
            _note.Flush();
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            Log.Debug($"an imported key is not noted, and stays if sshpod is killed: {e.Message}");
        }
    }

    /// <summary>The directory of the notes.</summary>
    internal static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "imported-keys");

    /// <summary>The certificate with its key in a container.</summary>
    /// <param name="certificate">The certificate with its key in memory.</param>
    /// <exception cref="CryptographicException">The key cannot be imported.</exception>
    public static X509Certificate2 Of(X509Certificate2 certificate)
    {
        lock (Access)
        {
            if (!Current.TryGetValue(certificate, out var imported))
            {
                RemoveAbandoned();
                Current[certificate] = imported = new ImportedKey(X509CertificateLoader.LoadPkcs12(
                    certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.UserKeySet));
            }
            return imported._certificate;
        }
    }

    /// <summary>Removes all that we have imported. The next handshake imports its key again.</summary>
    public static void RemoveAll()
    {
        // On the way out too, so not for long: an import that hangs in Windows holds it.
        if (!Access.TryEnter(ClusterLimits.ImportedKeys))
            return;
        try
        {
            foreach (var imported in Current.Values)
                imported.Dispose();
            Current.Clear();
        }
        finally
        {
            Access.Exit();
        }
    }

    /// <summary>Removes the key from the disk.</summary>
    public void Dispose()
    {
        // Not by disposing the certificate: open connections still refer to it, and .NET keeps it for others.
        var isRemoved = _container?.Remove() != false;
        _note?.Dispose();
        // What could not be removed stays noted for the next.
        if (_note is null || !isRemoved)
            return;
        try
        {
            File.Delete(_note.Name);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next import removes it.
        }
    }

    /// <summary>Removes what processes have left behind that are gone.</summary>
    private static void RemoveAbandoned()
    {
        try
        {
            ClientDirectory.CheckCache();
            foreach (var file in System.IO.Directory.Exists(Directory) ? System.IO.Directory.GetFiles(Directory) : [])
                RemoveAbandoned(file);
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            Log.Debug($"keys that were left behind are not looked for: {e.Message}");
        }
    }

    private static void RemoveAbandoned(string file)
    {
        try
        {
            using (var note = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
                var text = new byte[MaxNote];
                var length = note.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
                if (Container.Parse(System.Text.Encoding.UTF8.GetString(text, 0, length)) is { } left && left.Remove())
                    Log.Debug("removed a private key that a killed sshpod had left behind");
            }
            // Whether or not it could be removed: it is tried once.
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another sshpod has it open, and so still uses the key, or has just removed it.
        }
    }

    /// <summary>A key container.</summary>
    /// <param name="Type">The type of a provider of CryptoAPI; 0 for one of CNG.</param>
    /// <param name="KeyNumber">Which of the container's keys.</param>
    /// <param name="Provider">The provider's name.</param>
    /// <param name="Name">The container's name.</param>
    internal sealed record Container(int Type, int KeyNumber, string Provider, string Name)
    {
        // CERT_KEY_PROV_INFO_PROP_ID
        private const int KeyProviderInformation = 2;

        /// <summary>The container of a certificate's key; null if it has none.</summary>
        public static Container? Of(X509Certificate2 certificate)
        {
            var size = 0;
            if (!Get(certificate.Handle, KeyProviderInformation, 0, ref size))
                return null;
            var buffer = Marshal.AllocHGlobal(size);
            try
            {
                if (!Get(certificate.Handle, KeyProviderInformation, buffer, ref size))
                    return null;
                var found = Marshal.PtrToStructure<Information>(buffer);
                return new Container(found.Type, found.KeyNumber, Marshal.PtrToStringUni(found.Provider) ?? "",
                    Marshal.PtrToStringUni(found.Name) ?? "");
            }
            finally
            {
                Marshal.FreeHGlobal(buffer);
            }
        }

        /// <summary>Parses a note.</summary>
        public static Container? Parse(string note) =>
            note.Split('\n') is [var type, var number, { Length: > 0 } provider, { Length: > 0 } name]
            && int.TryParse(type, CultureInfo.InvariantCulture, out var kind)
            && int.TryParse(number, CultureInfo.InvariantCulture, out var key)
            ? new Container(kind, key, provider, name) : null;

        /// <inheritdoc/>
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Type}\n{KeyNumber}\n{Provider}\n{Name}");

        /// <summary>Removes it with its key.</summary>
        /// <returns>Whether it is gone.</returns>
        public bool Remove()
        {
            try
            {
                if (Type == 0)
                {
                    using var key = CngKey.Open(Name, new CngProvider(Provider), CngKeyOpenOptions.Silent);
                    key.Delete();
                    return true;
                }
                using var rsa = new RSACryptoServiceProvider(Parameters) { PersistKeyInCsp = false };
                rsa.Clear();
                return true;
            }
            catch (CryptographicException e)
            {
                Log.Debug($"an imported key is not removed: {e.Message}");
                return false;
            }
        }

        private CspParameters Parameters => new(Type, Provider, Name)
        {
            KeyNumber = KeyNumber,
            Flags = CspProviderFlags.UseExistingKey | CspProviderFlags.NoPrompt,
        };

        // CRYPT_KEY_PROV_INFO
        [StructLayout(LayoutKind.Sequential)]
        private struct Information
        {
            public nint Name, Provider;
            public int Type, Flags, ParameterCount;
            public nint Parameters;
            public int KeyNumber;
        }
    }

    [LibraryImport("crypt32", EntryPoint = "CertGetCertificateContextProperty", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool Get(nint certificate, int property, nint data, ref int size);
}
