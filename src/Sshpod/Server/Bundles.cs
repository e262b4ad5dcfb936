using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sshpod.Server;

/// <summary>The bundles that this program carries: one static OpenSSH server for each architecture.</summary>
public static class Bundles
{
    private static readonly Lazy<BundleManifest> Manifest = new(() =>
    {
        using var stream = typeof(Bundles).Assembly.GetManifestResourceStream("manifest.json");
        return stream is null ? new BundleManifest("", "", "", null, new Dictionary<string, BundleEntry>())
            : JsonSerializer.Deserialize(stream, BundleJson.Default.BundleManifest)!;
    });

    /// <summary>Whether the program was built without bundles, as for tests that do not need them.</summary>
    public static bool AreMissing => Manifest.Value.Bundles.Count == 0;

    /// <summary>Name of the directory in the container, derived from the bundles' hashes.</summary>
    public static string Release { get; } = Convert.ToHexStringLower(SHA256.HashData(
        Encoding.ASCII.GetBytes(
            string.Concat(All.OrderBy(bundle => bundle.Architecture, StringComparer.Ordinal).Select(bundle => bundle.Sha256)))))[..16];

    /// <summary>All bundles.</summary>
    public static IEnumerable<Bundle> All =>
        Manifest.Value.Bundles.Select(bundle => new Bundle(bundle.Key, bundle.Value.Sha256, bundle.Value.Size));

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
public sealed record Bundle(string Architecture, string Sha256, long Size)
{
    /// <summary>The executable, compressed with gzip.</summary>
    public Stream OpenGzip() => Bundles.Open($"sshd-{Architecture}.gz");

    /// <summary>The executable.</summary>
    public Stream OpenPlain() => new GZipStream(OpenGzip(), CompressionMode.Decompress);
}

/// <summary>A Debian source package from which the bundles are built.</summary>
/// <param name="Name">OpenSSH, OpenSSL or Mbed TLS.</param>
/// <param name="Version">The version that was built.</param>
/// <param name="NewestListed">The newest version that Debian listed at the time; null if the build did not record it.</param>
public sealed record BundleSource(string Name, string Version, string? NewestListed)
{
    /// <summary>Whether a newer version was listed but could not be fetched.</summary>
    public bool IsOlderThanListed => NewestListed is { Length: > 0 } newest && newest != Version;
}

/// <summary>The manifest that the build of the bundles wrote.</summary>
internal sealed record BundleManifest(
    string Openssh, string Openssl, string Mbedtls, NewestListed? NewestListed, IReadOnlyDictionary<string, BundleEntry> Bundles)
{
    /// <summary>The sources, in the order of <c>sshpod version</c>.</summary>
    [JsonIgnore]
    public IReadOnlyList<BundleSource> Sources =>
    [
        new("OpenSSH", Openssh, NewestListed?.Openssh),
        new("OpenSSL", Openssl, NewestListed?.Openssl),
        new("Mbed TLS", Mbedtls, NewestListed?.Mbedtls),
    ];

    /// <summary>Parses the manifest.</summary>
    public static BundleManifest Parse(string json) => JsonSerializer.Deserialize(json, BundleJson.Default.BundleManifest)!;
}

/// <summary>The newest listed version of each source package.</summary>
internal sealed record NewestListed(string? Openssh, string? Openssl, string? Mbedtls);

/// <summary>One bundle in the manifest.</summary>
internal sealed record BundleEntry(string Sha256, long Size);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(BundleManifest))]
internal sealed partial class BundleJson : JsonSerializerContext;
