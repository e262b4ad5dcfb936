using System.Text.Json.Serialization;

namespace Sshpod.Listing;

/// <summary>Serialization without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<ListedContainer>))]
internal sealed partial class ListJson : JsonSerializerContext;
