using System.Text.Json.Serialization;

namespace Sshpod.Doctor;

/// <summary>The outcome of a check.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckOutcome>))]
internal enum CheckOutcome
{
    /// <summary>All is as it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Not checked, because of an earlier failure or because it was not requested.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>A connection may work, but something is not as it should be.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>A connection cannot work.</summary>
    [JsonStringEnumMemberName("failure")]
    Failure,
}

/// <summary>One line of the doctor. Its texts are sanitized: nothing from the cluster or the container can control the terminal.</summary>
/// <param name="Name">The hop; scripts may rely on it.</param>
/// <param name="Outcome">The outcome.</param>
/// <param name="Text">What was found.</param>
/// <param name="Who">Who can fix it; null if there is nothing to fix.</param>
/// <param name="Hint">What they can do; null if the text says it all.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record Check(string Name, CheckOutcome Outcome, string Text, string? Who, string? Hint, long Milliseconds);
