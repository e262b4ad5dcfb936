using System.Text.Json;
using System.Text.Json.Serialization;
using Sshpod.Clusters.Objects;

namespace Sshpod.Clusters.Api.Http;

/// <summary>A list of objects of one kind, or one page of it.</summary>
/// <param name="Items">The objects; some servers write null for none, but each writes something.</param>
/// <param name="Metadata">What is said of the list.</param>
internal sealed record ItemList<T>(IReadOnlyList<T>? Items, ListMeta? Metadata = null);

/// <summary>ListMeta (meta/v1).</summary>
/// <param name="Continue">Token for the next page; null or empty on the last one.</param>
internal sealed record ListMeta(string? Continue = null)
{
    /// <summary>
    /// Finds that token without reading the objects. API servers write what is said of a list before them.
    /// </summary>
    /// <param name="list">The list.</param>
    /// <returns>Null if it is not there, or not before the objects.</returns>
    public static string? FindContinue(ReadOnlySpan<byte> list)
    {
        var reader = new Utf8JsonReader(list);
        try
        {
            if (!reader.Read() || !Enter(ref reader, "metadata"u8) || !reader.Read() || !Enter(ref reader, "continue"u8))
                return null;
            return reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Whoever reads the list says so.
            return null;
        }
    }

    /// <summary>Moves from the start of an object to a field of it; false if there is none before the objects of the list.</summary>
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName && !reader.ValueTextEquals("items"u8))
        {
            if (reader.ValueTextEquals(name))
                return true;
            reader.Skip();
        }
        return false;
    }
}

/// <summary>Any object; only its name matters.</summary>
internal sealed record NamedObject(ObjectMeta Metadata);

/// <summary>Status (meta/v1): why a request or a command failed.</summary>
internal sealed record ApiStatus(string? Kind = null, string? Status = null, string? Reason = null, string? Message = null,
    ApiStatusDetails? Details = null);

/// <summary>StatusDetails (meta/v1).</summary>
internal sealed record ApiStatusDetails(string? Name = null, string? Kind = null, IReadOnlyList<ApiStatusCause?>? Causes = null);

/// <summary>StatusCause (meta/v1).</summary>
internal sealed record ApiStatusCause(string? Reason = null, string? Message = null);

/// <summary>Deserializes without reflection what only this transport reads.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ItemList<Pod>))]
[JsonSerializable(typeof(ItemList<Workload>))]
[JsonSerializable(typeof(ItemList<NamedObject>))]
[JsonSerializable(typeof(ApiStatus))]
internal sealed partial class ApiJson : JsonSerializerContext;
