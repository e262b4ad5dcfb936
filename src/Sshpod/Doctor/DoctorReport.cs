using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sshpod.Doctor;

/// <summary>All checks, for programs: <c>sshpod doctor -o json</c>. Names and values are stable; new ones may be added.</summary>
/// <param name="Host">The host that was asked for; null if none was.</param>
/// <param name="Outcome">The worst outcome of any check.</param>
/// <param name="Checks">What each check found, in order.</param>
internal sealed record DoctorReport(string? Host, CheckOutcome Outcome, IReadOnlyList<Finding> Checks)
{
    /// <summary>The report as JSON, with quotes and umlauts unescaped.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, new DoctorJson(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }).DoctorReport);
}

/// <summary>Serialization without reflection.</summary>
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
