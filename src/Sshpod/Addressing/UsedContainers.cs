using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sshpod.Ssh;
using Sshpod.Terminal;

namespace Sshpod.Addressing;

/// <summary>A container that this client has connected to.</summary>
/// <param name="Context">Context of the kubeconfig; null for what was the current one.</param>
/// <param name="Container">The container.</param>
public sealed record UsedContainer(string? Context, PodContainer Container)
{
    // Hashed: the names together can be longer than a file name may be. A pod of the same name takes the place of the one before.
    internal string File => Path.Combine(UsedContainers.Directory, Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{Context}\n{Container.Namespace}\n{Container.Pod}\n{Container.Container}")))[..32]);
}

/// <summary>
/// Remembers which containers may have a server of this client, for <c>sshpod clean --all</c>. A small file each; losing one costs nothing
/// else.
/// </summary>
public static class UsedContainers
{
    /// <summary>A server has long left by then, and most pods are gone.</summary>
    private static readonly TimeSpan Forgotten = TimeSpan.FromDays(30);

    internal static string Directory { get; } = Path.Combine(ClientDirectory.Cache, "containers");

    /// <summary>All that are remembered. What cannot be read is left out.</summary>
    public static IReadOnlyList<UsedContainer> List() => [.. Files().Select(Read).OfType<UsedContainer>()];

    /// <summary>Remembers one, and forgets those that were not used for a month.</summary>
    public static void Add(string? context, PodContainer container)
    {
        var used = new UsedContainer(context, container);
        if (Read(used.File) == used)
            return;
        try
        {
            ClientDirectory.Create(Directory);
            ClientDirectory.Replace(used.File, JsonSerializer.Serialize(used, UsedContainerJson.Default.UsedContainer));
            foreach (var file in Files().Where(file => File.GetLastWriteTimeUtc(file) < DateTime.UtcNow - Forgotten))
                File.Delete(file);
        }
        catch (Exception e) when (e is SshpodException or IOException or UnauthorizedAccessException)
        {
            Log.Debug($"container not remembered: {e.Message}");
        }
    }

    /// <summary>Forgets one.</summary>
    public static void Remove(UsedContainer used)
    {
        try
        {
            File.Delete(used.File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Debug($"container not forgotten: {e.Message}");
        }
    }

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

    private static UsedContainer? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(file), UsedContainerJson.Default.UsedContainer) is { Container.Pod: not null } used ? used : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }
}

/// <summary>Reading and writing without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(UsedContainer))]
internal sealed partial class UsedContainerJson : JsonSerializerContext;
