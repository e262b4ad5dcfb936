using System.Text.Json;
using System.Text.Json.Serialization;
using Sshpod.Machine;
using Sshpod.Terminal;

namespace Sshpod.Connections;

/// <summary>
/// The connections of this client that could be resumed: a file for each, locked while its proxy lives. A proxy that was killed, or whose
/// machine was reset, could not tell the server that nobody will come back; the next connection to that container, from the same machine,
/// finds its file and does. A file that is lost, unreadable or wrong leaves one session to the server's own limits and costs nothing else,
/// so nothing here throws.
/// </summary>
public static class PausedConnections
{
    /// <summary>The length of an ID and of a key, in bytes.</summary>
    public const int IdLength = 16, KeyLength = 32;

    private static string Folder { get; } = Path.Combine(ClientDirectory.Cache, "resume");

    /// <summary>Notes a connection, when the server has granted that it may be resumed.</summary>
    /// <param name="host">What ssh was given.</param>
    /// <param name="containerId">The container.</param>
    /// <param name="id">The ID of the connection.</param>
    /// <param name="key">Its key.</param>
    /// <returns>
    /// To be disposed when the server has forgotten it. A process that ends without that leaves the file to the next connection. Null if
    /// nothing could be written.
    /// </returns>
    public static IDisposable? Write(string host, string containerId, byte[] id, byte[] key) => Write(Folder, host, containerId, id, key);

    /// <summary>The connections to a container whose proxies are dead, the latest first.</summary>
    /// <param name="containerId">The container.</param>
    public static IReadOnlyList<DeadConnection> Dead(string containerId) => Dead(Folder, containerId);

    /// <summary>Forgets those to a container in which no server is left.</summary>
    public static void Forget(string containerId)
    {
        foreach (var connection in Dead(containerId))
            connection.Forget();
    }

    internal static IDisposable? Write(string folder, string host, string containerId, byte[] id, byte[] key)
    {
        var file = Path.Combine(folder, Convert.ToHexStringLower(id));
        try
        {
            ClientDirectory.Create(folder);
            if (LockFile.TakeOrNull(file) is not { } held)
                throw new IOException("it is in use");
            held.Write(JsonSerializer.SerializeToUtf8Bytes(
                new Content(host, containerId, key, Environment.MachineName), PausedConnectionJson.Default.Content));
            // Where locks are not kept, every connection would look dead, and the next one would end it.
            if (LockFile.TakeOrNull(file) is not { } second)
                return new Ticket(held, file);
            second.Dispose();
            held.Dispose();
            DeleteIfPossible(file);
            Log.Debug($"not noted in {folder}: files cannot be locked there");
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            Log.Debug($"not noted in {folder}: {e.Message}");
        }
        return null;
    }

    internal static IReadOnlyList<DeadConnection> Dead(string folder, string containerId)
    {
        try
        {
            if (!Directory.Exists(folder))
                return [];
            return [.. new DirectoryInfo(folder).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc)
                .Select(file => Look(file, containerId)).OfType<DeadConnection>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Debug($"not looked in {folder}: {e.Message}");
            return [];
        }
    }

    // Whatever is no such file, or is too old to mean anything, is removed.
    private static DeadConnection? Look(FileInfo file, string containerId)
    {
        if (!IsId(file.Name) || !IsPlain(file.FullName))
        {
            DeleteIfPossible(file.FullName);
            return null;
        }
        using var held = LockFile.TakeOrNull(file.FullName);
        if (held is null)
            return null;
        if (Parse(held.Read(ConnectionLimits.MaxTicket)) is { } content)
        {
            // Where machines share a home directory, one may not see the locks of another.
            if (content.ContainerId == containerId && content.Machine == Environment.MachineName)
                return new DeadConnection(content.Host, Convert.FromHexString(file.Name), content.Key, file.FullName);
            if (DateTime.UtcNow - file.LastWriteTimeUtc < ConnectionLimits.TicketForgotten)
                return null;
        }
        held.Dispose();
        DeleteIfPossible(file.FullName);
        return null;
    }

    private static Content? Parse(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, PausedConnectionJson.Default.Content) is { Key.Length: KeyLength } read
                ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsId(string name) => name.Length == 2 * IdLength && name.All(char.IsAsciiHexDigitLower);

    // To open a pipe would wait for its writer, and a link may lead anywhere.
    private static bool IsPlain(string file) => OperatingSystem.IsWindows() || UnixFile.Read(file) is { IsRegular: true, IsOurs: true };

    private static void DeleteIfPossible(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Debug($"not forgotten in {file}: {e.Message}");
        }
    }

    /// <summary>The file of a connection. It is removed when the server has forgotten the connection, and then only.</summary>
    private sealed class Ticket(LockFile held, string file) : IDisposable
    {
        public void Dispose()
        {
            held.Dispose();
            DeleteIfPossible(file);
        }
    }

    /// <summary>The content of a file. A class, so that its key is never printed.</summary>
    internal sealed class Content(string host, string containerId, byte[] key, string machine)
    {
        public string Host => host;

        public string ContainerId => containerId;

        public byte[] Key => key;

        public string Machine => machine;
    }

    /// <summary>A connection whose proxy is dead. A class, so that its key is never printed.</summary>
    public sealed class DeadConnection
    {
        private readonly string _file;

        internal DeadConnection(string host, byte[] id, byte[] key, string file) => (Host, Id, Key, _file) = (host, id, key, file);

        /// <summary>What ssh was given.</summary>
        public string Host { get; }

        /// <summary>The ID that the server gave it.</summary>
        public byte[] Id { get; }

        /// <summary>Its key.</summary>
        public byte[] Key { get; }

        /// <summary>Removes its file, once the server has been told.</summary>
        public void Forget() => DeleteIfPossible(_file);
    }
}

/// <summary>Serialization without reflection. A file that lacks a property is from another version, and is not read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PausedConnections.Content))]
internal sealed partial class PausedConnectionJson : JsonSerializerContext;
