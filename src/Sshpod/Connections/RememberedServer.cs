using System.Text.Json;
using System.Text.Json.Serialization;
using Sshpod.Clusters.Objects;
using Sshpod.Machine;
using Sshpod.Server;
using Sshpod.Settings;
using Sshpod.Ssh;

namespace Sshpod.Connections;

/// <summary>
/// A server that this client has connected to. The next connection dials it at once, and at the same time asks the cluster whether its
/// container is still the one that is meant.
/// </summary>
/// <param name="Host">The host name that leads to it, and its meaning.</param>
/// <param name="Context">Context of the kubeconfig; null for the one that was current.</param>
/// <param name="Container">Where the server runs.</param>
/// <param name="Server">The server; null if each connection has its own, through exec.</param>
/// <param name="Release">Its bundle, see <see cref="Bundles.Release"/>.</param>
/// <param name="Access">What the last exec requested: the key that may log in, and how.</param>
/// <param name="Since">When that exec began, by this machine's clock.</param>
/// <param name="Shell">The shell that ran it, by its path in the container; null for the container's own.</param>
public sealed record RememberedServer(
    RememberedHost Host, string? Context, PodContainer Container, RemoteServer? Server, string Release, Access Access, DateTimeOffset Since,
    string? Shell = null)
{
    /// <summary>Whether the server lets the key in without another exec.</summary>
    /// <param name="key">The key that logs in.</param>
    /// <param name="time">How long the user wants access to last now.</param>
    /// <param name="cleanEnvironment">Which environment the user wants now.</param>
    /// <param name="now">The time. If the clock was set back, nothing is known.</param>
    public bool LetsIn(PublicKey key, AccessTime time, bool cleanEnvironment, DateTimeOffset now) =>
        Access.Key == key && Access.CleanEnvironment == cleanEnvironment
        && Access.Limit is { } limit && Since <= now && now < time.RenewalOf(Since, limit);
}

/// <summary>
/// The servers of this client, by host name and meaning: for the next connection, and for <c>sshpod clean --all</c>.
/// </summary>
public static class RememberedServers
{
    private static readonly CacheFolder<RememberedServer> Folder = new("servers", ConnectionLimits.ServerForgotten,
        server => JsonSerializer.SerializeToUtf8Bytes(server, RememberedServerJson.Default.RememberedServer), Parse);

    /// <summary>All remembered servers. Files that cannot be read are left out.</summary>
    public static IReadOnlyList<RememberedServer> List() => [.. Folder.All().Select(file => file.Read()).OfType<RememberedServer>()];

    /// <summary>Whether anything is remembered for a host name, whatever its meaning.</summary>
    /// <param name="name">The name, in lower case.</param>
    public static bool Has(string name) => Folder.All(RememberedHost.Prefix(name)).Count > 0;

    /// <summary>The server of the last connection to a host.</summary>
    /// <param name="host">The host.</param>
    /// <returns>Null if none is remembered that runs this program's bundle.</returns>
    public static RememberedServer? Find(RememberedHost host) =>
        FileOf(host).Read() is { } found && found.Host == host && found.Release == Bundles.Release ? found : null;

    /// <summary>The shell of a container to which this client has connected; null for its own, or if none is remembered.</summary>
    public static string? ShellOf(PodContainer container) => List()
        .FirstOrDefault(server => server.Container == container && server.Release == Bundles.Release && server.Shell is not null)?.Shell;

    /// <summary>Remembers a server, and forgets those that were not used for a month.</summary>
    public static void Add(RememberedServer server)
    {
        var file = FileOf(server.Host);
        // Through exec each connection has its own access, so the time does not matter.
        var known = server.Server is null && file.Read() is { } before && before with { Since = server.Since } == server ? before : server;
        file.Write(known);
    }

    /// <summary>Forgets every server in a container, also those from before its pod has changed.</summary>
    public static void Remove(PodContainer container)
    {
        foreach (var server in List().Where(server => server.Container.Is(container)))
            FileOf(server.Host).Delete();
    }

    private static CacheFile<RememberedServer> FileOf(RememberedHost host) => Folder.Named(host.File);

    private static RememberedServer? Parse(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, RememberedServerJson.Default.RememberedServer);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Serialization without reflection. A file that lacks a property is from another version, and is not read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(PublicKeyConverter), typeof(ResumeKeyConverter)])]
[JsonSerializable(typeof(RememberedServer))]
internal sealed partial class RememberedServerJson : JsonSerializerContext;

/// <summary>A public key, written as its line.</summary>
internal sealed class PublicKeyConverter : JsonConverter<PublicKey>
{
    public override PublicKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        PublicKey.ParseLogin(reader.GetString() ?? "") ?? throw new JsonException("no public key");

    public override void Write(Utf8JsonWriter writer, PublicKey value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

/// <summary>A resume key, written in base64.</summary>
internal sealed class ResumeKeyConverter : JsonConverter<ResumeKey>
{
    public override ResumeKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ResumeKey.Parse(reader.GetString() ?? "") ?? throw new JsonException("no resume key");

    public override void Write(Utf8JsonWriter writer, ResumeKey value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Convert.ToBase64String(value.Bytes));
}
