using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sshpod.Server;

/// <summary>
/// The bundles that this program carries: one static OpenSSH server for each architecture, and a shell with its tools for containers that
/// have none.
/// </summary>
public static class Bundles
{
    private static readonly Lazy<BundleManifest> Manifest = new(() =>
    {
        using var stream = typeof(Bundles).Assembly.GetManifestResourceStream("manifest.json");
        return stream is null ? new BundleManifest("", "", "", "", null, new Dictionary<string, BundleEntry>(), null)
            : JsonSerializer.Deserialize(stream, BundleJson.Default.BundleManifest)!;
    });

    /// <summary>Whether the program was built without bundles, as for tests that do not need them.</summary>
    public static bool AreMissing => Manifest.Value.Bundles.Count == 0;

    /// <summary>Name of the directory in the container, derived from the hashes of the bundles and shells.</summary>
    public static string Release { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(
        string.Concat(new[] { Manifest.Value.Bundles, Manifest.Value.Shells ?? new Dictionary<string, BundleEntry>() }
            .SelectMany(entries => entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            .Select(entry => entry.Value.Sha256)))))[..16];

    /// <summary>All bundles.</summary>
    public static IEnumerable<Bundle> All =>
        Manifest.Value.Bundles.Select(bundle => new Bundle(bundle.Key, bundle.Value.Sha256, bundle.Value.Size));

    /// <summary>The shells, each without the server.</summary>
    internal static IEnumerable<Bundle> Shells =>
        (Manifest.Value.Shells ?? new Dictionary<string, BundleEntry>()).Select(shell => new Bundle(shell.Key, shell.Value.Sha256,
            shell.Value.Size));

    /// <summary>Opens the shell for an architecture.</summary>
    internal static Stream OpenShell(string architecture) => new GZipStream(Open($"busybox-{architecture}.gz"), CompressionMode.Decompress);

    /// <summary>Size of the shell for an architecture, in bytes; null if there is none.</summary>
    internal static long? SizeOfShell(string architecture) => Manifest.Value.Shells?.GetValueOrDefault(architecture)?.Size;

    /// <summary>Hashes of all bundles, separated by commas.</summary>
    public static string Hashes => string.Join(',', All.Select(bundle => bundle.Sha256));

    /// <summary>Version of OpenSSH in the bundles, with Debian's revision.</summary>
    public static string OpenSshVersion => Manifest.Value.Openssh;

    /// <summary>The sources from which the bundles are built.</summary>
    public static IReadOnlyList<BundleSource> Sources => Manifest.Value.Sources;

    /// <summary>The bundle for a machine.</summary>
    /// <param name="machine">The output of <c>uname -m</c> there.</param>
    /// <returns>Null if there is none for it.</returns>
    public static Bundle? ForMachine(string machine) => machine switch
    {
        "x86_64" or "amd64" => For("amd64"),
        "aarch64" or "arm64" => For("arm64"),
        _ => null,
    };

    private static Bundle? For(string architecture) => All.FirstOrDefault(bundle => bundle.Architecture == architecture);

    internal static Stream Open(string resource) =>
        typeof(Bundles).Assembly.GetManifestResourceStream(resource)
        ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"resource {resource} is not embedded"));
}

/// <summary>The server for one architecture.</summary>
/// <param name="Architecture">amd64 or arm64.</param>
/// <param name="Sha256">Hash of the executable, in lower-case hexadecimal.</param>
/// <param name="Size">Size of the executable in bytes.</param>
/// <param name="ShellSize">Size of the shell that stands before the executable, in bytes; 0 without one.</param>
public sealed record Bundle(string Architecture, string Sha256, long Size, long ShellSize = 0)
{
    /// <summary>The executable, compressed with gzip.</summary>
    public Stream OpenGzip()
    {
        if (ShellSize == 0)
            return Bundles.Open($"sshd-{Architecture}.gz");
        // What gzip has compressed one after the other, it decompresses as one.
        var all = new MemoryStream();
        foreach (var program in new[] { "busybox", "sshd" })
        {
            using var part = Bundles.Open($"{program}-{Architecture}.gz");
            part.CopyTo(all);
        }
        all.Position = 0;
        return all;
    }

    /// <summary>The executable.</summary>
    public Stream OpenPlain() => new GZipStream(OpenGzip(), CompressionMode.Decompress);

    /// <summary>What a helper gets: the shell, which is BusyBox and knows how to take these bytes apart, and then the server.</summary>
    public Bundle WithShell()
    {
        var shellSize = Bundles.SizeOfShell(Architecture)
            ?? throw new InvalidOperationException($"there is no shell for {Architecture}");
        var both = this with { ShellSize = shellSize };
        using var content = both.OpenPlain();
        return both with { Size = Size + both.ShellSize, Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)) };
    }
}

/// <summary>A Debian source package from which the bundles are built.</summary>
/// <param name="Name">OpenSSH, OpenSSL, Mbed TLS or BusyBox.</param>
/// <param name="Version">The version that was built.</param>
/// <param name="NewestListed">The newest version that Debian listed at the time; null if the build did not record it.</param>
public sealed record BundleSource(string Name, string Version, string? NewestListed)
{
    /// <summary>Whether a newer version was listed but could not be fetched.</summary>
    public bool IsOlderThanListed => NewestListed is { Length: > 0 } newest && newest != Version;
}

/// <summary>The manifest that the build of the bundles wrote.</summary>
internal sealed record BundleManifest(
    string Openssh, string Openssl, string Mbedtls, string Busybox, NewestListed? NewestListed,
    IReadOnlyDictionary<string, BundleEntry> Bundles, IReadOnlyDictionary<string, BundleEntry>? Shells)
{
    /// <summary>The sources, in the order of <c>sshpod version</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<BundleSource> Sources =>
    [
        new("OpenSSH", Openssh, NewestListed?.Openssh),
        new("OpenSSL", Openssl, NewestListed?.Openssl),
        new("Mbed TLS", Mbedtls, NewestListed?.Mbedtls),
        new("BusyBox", Busybox, NewestListed?.Busybox),
    ];

    /// <summary>Parses the manifest.</summary>
    public static BundleManifest Parse(string json) => JsonSerializer.Deserialize(json, BundleJson.Default.BundleManifest)!;
}

/// <summary>The newest listed version of each source package.</summary>
internal sealed record NewestListed(string? Openssh, string? Openssl, string? Mbedtls, string? Busybox);

/// <summary>One bundle, or shell, in the manifest.</summary>
internal sealed record BundleEntry(string Sha256, long Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BundleManifest))]
internal sealed partial class BundleJson : JsonSerializerContext;
