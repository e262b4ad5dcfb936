using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sshpod.Addressing;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Server;

/// <summary>
/// A server that this client has connected to. The next connection dials it at once, and asks the cluster meanwhile whether its container
/// is still the one that is meant.
/// </summary>
/// <param name="Host">What ssh was given, in lower case.</param>
/// <param name="Context">Context of the kubeconfig; null for what was the current one.</param>
/// <param name="Container">Where the server runs.</param>
/// <param name="Server">The server; null where each connection has one of its own, through exec.</param>
/// <param name="Release">The bundle's, see <see cref="Bundles.Release"/>.</param>
/// <param name="ClientKey">The key that it lets in.</param>
public sealed record RememberedServer(string Host, string? Context, PodContainer Container, RemoteServer? Server, string Release, PublicKey ClientKey);

/// <summary>
/// The servers of this client, a small file for each host name: for the next connection, and for <c>sshpod clean --all</c>. They are
/// memories: one that is lost, unreadable or wrong costs an attempt and nothing else.
/// </summary>
public static class RememberedServers
{
    /// <summary>A server has long left by then, and most pods are gone.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(30), Touched = TimeSpan.FromDays(1);

    private static readonly string Directory = Path.Combine(ClientDirectory.Cache, "servers");

    /// <summary>All that are remembered. What cannot be read is left out.</summary>
    public static IReadOnlyList<RememberedServer> List() => [.. Files().Select(Read).OfType<RememberedServer>()];

    /// <summary>Whether anything is remembered of a host name.</summary>
    public static bool Has(string host) => File.Exists(FileOf(host));

    /// <summary>The server of the last connection to a host name.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="clientKey">Who wants to log in.</param>
    /// <returns>Null when none is remembered that runs this program's bundle and lets this key in.</returns>
    public static RememberedServer? Find(string host, PublicKey clientKey) =>
        Read(FileOf(host)) is { } found && found.Host.Equals(host, StringComparison.OrdinalIgnoreCase) && found.Release == Bundles.Release && found.ClientKey == clientKey ? found : null;

    /// <summary>Remembers one, and forgets those that were not used for a month.</summary>
    public static void Add(RememberedServer server)
    {
        server = server with { Host = server.Host.ToLowerInvariant() };
        var file = FileOf(server.Host);
        try
        {
            if (Read(file) == server)
            {
                if (File.GetLastWriteTimeUtc(file) < DateTime.UtcNow - Touched)
                    File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
                return;
            }
            ClientDirectory.Create(Directory);
            ClientDirectory.Replace(file, JsonSerializer.Serialize(server, RememberedServerJson.Default.RememberedServer));
            foreach (var old in Files().Where(old => File.GetLastWriteTimeUtc(old) < DateTime.UtcNow - Forgotten))
                File.Delete(old);
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            Log.Debug($"server not remembered: {e.Message}");
        }
    }

    /// <summary>Forgets every server in a container.</summary>
    public static void Remove(PodContainer container)
    {
        foreach (var server in List().Where(server => server.Container == container))
        {
            try
            {
                File.Delete(FileOf(server.Host));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.Debug($"server not forgotten: {e.Message}");
            }
        }
    }

    // Hashed: a host name can be longer than a file name may be.
    private static string FileOf(string host) =>
        Path.Combine(Directory, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(host.ToLowerInvariant())))[..32]);

    private static string[] Files()
    {
        try
        {
            return System.IO.Directory.GetFiles(Directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static RememberedServer? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), RememberedServerJson.Default.RememberedServer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

/// <summary>Reading and writing without reflection. What lacks a part is of another version, and not read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(PublicKeyConverter)])]
[JsonSerializable(typeof(RememberedServer))]
internal sealed partial class RememberedServerJson : JsonSerializerContext;

/// <summary>A public key as its line.</summary>
internal sealed class PublicKeyConverter : JsonConverter<PublicKey>
{
    public override PublicKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PublicKey.Parse(reader.GetString() ?? "") ?? throw new JsonException("no public key");

    public override void Write(Utf8JsonWriter writer, PublicKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
