using System.Text.Json.Serialization;

namespace Sshpod.Clusters.Api.Login;

/// <summary>ExecCredential (client.authentication.k8s.io).</summary>
internal sealed record ExecCredential(string? Kind = null, string? ApiVersion = null, ExecCredentialStatus? Status = null);

/// <summary>ExecCredentialStatus (client.authentication.k8s.io).</summary>
internal sealed record ExecCredentialStatus(
    DateTimeOffset? ExpirationTimestamp = null, string? Token = null, string? ClientCertificateData = null, string? ClientKeyData = null);

/// <summary>Deserializes it without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ExecCredential))]
internal sealed partial class ExecCredentialJson : JsonSerializerContext;
