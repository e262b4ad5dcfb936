using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sshpod.Doctor;

/// <summary>All checks, for programs: <c>sshpod doctor -o json</c>. Names and values stay; new ones may come.</summary>
/// <param name="Host">What was asked for; null when nothing was.</param>
/// <param name="Outcome">The worst that came of any check.</param>
/// <param name="Checks">The checks, in their order.</param>
internal sealed record DoctorReport(string? Host, CheckOutcome Outcome, IReadOnlyList<Check> Checks)
{
    /// <summary>The report as JSON, with quotes and umlauts as they are.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, new DoctorJson(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    }).DoctorReport);
}

/// <summary>Writing it without reflection.</summary>
[JsonSerializable(typeof(DoctorReport))]
internal sealed partial class DoctorJson : JsonSerializerContext;
